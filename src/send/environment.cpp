#include "send/environment.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "environment/inputs.hpp"
#include "environment/selection.hpp"
#include "project/git.hpp"
#include "project/trees.hpp"
#include "submission/mirror.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;
using environment::TrackedFile;

namespace {

// Reads `git ls-tree -r -z`: "MODE TYPE OBJECT\tPATH".
std::vector<TrackedFile> tracked_files(base::Runner& runner, const project::Repository& repository,
                                       const std::string& commit) {
    std::vector<TrackedFile> files;
    for (const auto& entry : base::split(
             project::ask_git(runner, repository, {"ls-tree", "-r", "-z", "--full-tree", commit}),
             '\0')) {
        const auto tab = entry.find('\t');
        if (tab == std::string::npos)
            continue;
        const auto words = base::words(entry.substr(0, tab));
        if (words.size() == 3)
            files.push_back({words[0], words[2], entry.substr(tab + 1)});
    }
    return files;
}

/// Finds files of a commit by patterns (gitglossary(7), "pathspec") relative to the project's
/// folder.
struct Patterns {
    base::Runner& runner;
    std::filesystem::path folder; ///< the project's
    std::string commit;

    /// Throws Error (usage) that names `setting` if one of them is not a pattern.
    [[nodiscard]] std::set<std::string> files(const std::vector<std::string>& patterns,
                                              std::string_view setting) const {
        if (patterns.empty())
            return {};
        const auto empty_tree = project::object_hash("tree", "");
        base::Command command{.argv = {"git", "-C", folder.string(), "diff-tree", "-r", "-z",
                                       "--name-only", "--no-renames", empty_tree, commit, "--"}};
        command.argv.insert(command.argv.end(), patterns.begin(), patterns.end());
        const auto result = runner.run(command);
        if (result.status != 0)
            throw Error(Exit::usage,
                        fmt::format("{} has something that is not a pattern of files", setting))
                .context(base::trim(result.err));
        const auto names = base::split(result.out, '\0');
        return {names.begin(), names.end()};
    }
};

/// Reads files with the bytes that the job will have.
class Contents {
  public:
    Contents(base::Runner& runner, const project::Repository& repository,
             const std::vector<TrackedFile>& tracked, const project::Conversions& conversions)
        : runner_(runner), repository_(repository), tracked_(tracked) {
        for (const auto& file : conversions.files)
            converted_[file.path] = file.content;
    }

    std::vector<std::string> read(const std::vector<const TrackedFile*>& files) const {
        std::vector<std::string> contents(files.size());
        std::vector<std::size_t> unknown;
        std::vector<std::string> blobs;
        for (std::size_t i = 0; i < files.size(); ++i) {
            const auto& file = behind_links(*files[i]);
            if (auto content = content_here(file)) {
                contents[i] = std::move(*content);
            } else {
                unknown.push_back(i);
                blobs.push_back(file.blob);
            }
        }
        auto found = project::read_blobs(runner_, repository_, blobs);
        for (std::size_t i = 0; i < unknown.size(); ++i)
            contents[unknown[i]] = std::move(found[i]).value_or("");
        return contents;
    }

  private:
    // The tracked file that a tracked link leads to; the link itself if it leads elsewhere.
    [[nodiscard]] const TrackedFile& behind_links(const TrackedFile& link) const {
        const auto* file = &link;
        constexpr int most = 8;
        for (int i = 0; i < most && file->mode == "120000"; ++i) {
            std::error_code none;
            const auto target = std::filesystem::read_symlink(repository_.top / file->path, none);
            const auto path = (std::filesystem::path(file->path).parent_path() / target)
                                  .lexically_normal()
                                  .generic_string();
            const auto found =
                std::find_if(tracked_.begin(), tracked_.end(),
                             [&](const TrackedFile& other) { return other.path == path; });
            if (none || found == tracked_.end())
                break;
            file = &*found;
        }
        return *file;
    }

    // The content in the work tree, if the job will have the same bytes.
    [[nodiscard]] std::optional<std::string> content_here(const TrackedFile& file) const {
        const auto found = converted_.find(file.path);
        std::error_code none;
        const auto path = found != converted_.end() ? found->second : repository_.top / file.path;
        if (!std::filesystem::is_regular_file(path, none))
            return std::nullopt;
        auto content = base::read_file(path);
        if (!content || (found == converted_.end() && file.mode != "120000" &&
                         project::object_hash("blob", *content) != file.blob))
            return std::nullopt;
        return content;
    }

    base::Runner& runner_;
    const project::Repository& repository_;
    const std::vector<TrackedFile>& tracked_;
    std::map<std::string, std::filesystem::path> converted_;
};

// Adds the files that env.inputs names, and removes those that env.ignore names.
void apply_settings(const Patterns& patterns, const submission::Environment& settings,
                    const std::vector<TrackedFile>& tracked, environment::Inputs& inputs) {
    auto ignore = settings.ignore;
    inputs.with_version = std::erase(ignore, ".git") == 0;
    const auto added = patterns.files(settings.inputs, "env.inputs");
    const auto ignored = patterns.files(ignore, "env.ignore");
    for (const auto& file : tracked)
        if (added.count(file.path) > 0)
            inputs.files.push_back(file);
    std::erase_if(inputs.files, [&](const auto& file) { return ignored.count(file.path) > 0; });
}

std::string tree_of_copies(base::Runner& runner, const project::Repository& repository,
                           const std::string& extras) {
    if (extras.empty())
        return "";
    const auto result = runner.run({.argv = {"git", "-C", repository.top.string(), "rev-parse",
                                             "--verify", "--quiet", extras + ":copies"}});
    return base::trim(result.out);
}

} // namespace

std::string describe_environment(base::Runner& runner, const project::Repository& repository,
                                 const submission::Submission& submission,
                                 const project::Conversions& conversions) {
    const auto& facts = submission.facts;
    const auto& commit = facts.snapshot.empty() ? facts.commit : facts.snapshot;
    const auto tracked = tracked_files(runner, repository, commit);
    const Contents contents(runner, repository, tracked, conversions);
    auto commands = facts.setup + "\n" + submission.environment.activate + "\n" + facts.library;
    std::map<std::string, std::vector<std::string>> hooks;
    for (const auto& hook : facts.hooks)
        if (submission::decides_environment(hook.point)) {
            commands += "\n" + hook.code;
            hooks[hook.point].push_back(hook.code);
        }
    auto selection = environment::select_files(
        tracked, commands, [&](const auto& files) { return contents.read(files); });
    environment::Inputs inputs{.project_id = submission::project_id(facts.mirror),
                               .project_dir = facts.project_dir,
                               .setup = facts.setup,
                               .activate = submission.environment.activate,
                               .outside = submission.environment.outside,
                               .hooks = std::move(hooks),
                               .copies = tree_of_copies(runner, repository, facts.extras),
                               .files = std::move(selection.files),
                               .texts = std::move(selection.texts)};
    apply_settings({runner, repository.top / facts.project_dir, commit}, submission.environment,
                   tracked, inputs);
    return environment::describe(inputs);
}

} // namespace rdvc::send
