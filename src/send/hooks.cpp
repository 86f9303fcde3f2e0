#include "send/hooks.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/text.hpp"
#include "submission/hooks.hpp"

namespace rdvc::send {

namespace fs = std::filesystem;
using submission::HookFile;
using submission::hooks_folder;
using submission::library_file;

namespace {

// What the submitted code has of a project's own steps.
struct Found {
    std::vector<HookFile> files;
    bool has_library = false;
};

// Reads `git ls-tree -z`: "MODE TYPE OBJECT\tPATH".
Found look(base::Runner& runner, const project::Repository& repository, const std::string& commit,
           const std::string& folder) {
    const auto hooks = folder + std::string(hooks_folder);
    const auto library = folder + std::string(library_file);
    Found found;
    std::vector<std::string> blobs;
    for (const auto& entry : base::split(
             project::ask_git(runner, repository,
                              {"ls-tree", "-z", "--full-tree", commit, "--", hooks, library}),
             '\0')) {
        const auto tab = entry.find('\t');
        const auto words = base::words(entry.substr(0, tab));
        if (tab == std::string::npos || words.size() != 3)
            continue;
        const auto path = entry.substr(tab + 1);
        if (path == library)
            found.has_library = words[1] == "blob";
        if (!path.starts_with(hooks))
            continue;
        found.files.push_back({path.substr(hooks.size()), words[1] == "blob", ""});
        blobs.push_back(words[2]);
    }
    const auto contents = project::read_blobs(runner, repository, blobs);
    for (std::size_t i = 0; i < contents.size(); ++i)
        found.files[i].content = contents[i].value_or("");
    return found;
}

// Files that a user expects to run, and that do not travel (Git ignores them, or
// --only-committed).
void warn_of_absent(const world::World& world, const fs::path& folder, const Found& found) {
    const auto warn = [&](std::string_view path) {
        world.console.warn(
            fmt::format("`{}` is not in the submitted code, so the job does not use it", path));
    };
    std::error_code none;
    if (!found.has_library && fs::exists(folder / library_file, none))
        warn(library_file);
    for (const auto point : submission::hook_points()) {
        const auto path = fmt::format("{}{}", hooks_folder, point);
        const bool is_there = std::any_of(found.files.begin(), found.files.end(),
                                          [&](const HookFile& file) { return file.name == point; });
        if (!is_there && fs::exists(folder / path, none))
            warn(path);
    }
}

} // namespace

void add_hooks(world::World& world, const remote::Project& project,
               const project::IndexFacts& index, const submission::RunArguments& arguments,
               submission::Facts& facts) {
    const auto& commit = facts.snapshot.empty() ? facts.commit : facts.snapshot;
    const auto folder = facts.project_dir.empty() ? "" : facts.project_dir + "/";
    const auto is_here = [&](std::string_view path) {
        std::error_code none;
        return fs::exists(project.dvc_project / path, none);
    };
    const bool is_tracked =
        std::any_of(index.rdvc_files.begin(), index.rdvc_files.end(), [&](const auto& path) {
            return path == folder + std::string(library_file) ||
                   path.starts_with(folder + std::string(hooks_folder));
        });
    // Most projects have none, and git need not be asked.
    const bool may_travel =
        is_tracked || arguments.only_committed || is_here(hooks_folder) || is_here(library_file);
    const auto found =
        may_travel ? look(world.runner, project.repository, commit, folder) : Found();
    warn_of_absent(world, project.dvc_project, found);
    facts.hooks = submission::find_hooks(found.files, project.config);
    facts.library = found.has_library ? std::string(library_file) : "";
}

} // namespace rdvc::send
