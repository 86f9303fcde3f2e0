#include "project/dvc_files.hpp"

#include <algorithm>
#include <set>

#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;

namespace {

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

// The folders that contain files, up to but without the project's own.
std::set<std::string> folders_between(const std::string& project,
                                      const std::vector<std::string>& paths) {
    std::set<std::string> folders;
    for (const auto& path : paths)
        for (auto at = parent_of(path); at.size() > project.size() && folders.insert(at).second;)
            at = parent_of(at);
    return folders;
}

// Lets Git interpret .dvcignore: its grammar is that of .gitignore.
std::set<std::string> ignored(base::Runner& runner, const Repository& repository) {
    const auto listed = ask_git(runner, repository,
                                {"ls-files", "-z", "--ignored", "--cached", "--others",
                                 "--exclude-per-directory=.dvcignore", "--", ":(glob)**/*.dvc",
                                 ":(glob)**/dvc.yaml", ":(glob)**/dvc.lock"});
    const auto paths = base::split(listed, '\0');
    return {paths.begin(), paths.end()};
}

} // namespace

bool has_ignore_rules(const fs::path& dvcignore) {
    const auto lines = base::lines(base::read_file(dvcignore).value_or(""));
    return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
        const auto text = base::trim(line);
        return !text.empty() && !text.starts_with("#");
    });
}

std::vector<std::string>
files_of_project(base::Runner& runner, const Repository& repository, const std::string& folder,
                 std::vector<std::string> paths,
                 const std::function<bool(const std::string& folder)>& is_project) {
    const auto start = folder.empty() ? "" : folder + "/";
    std::erase_if(paths, [&](const std::string& path) { return !path.starts_with(start); });
    bool has_rules = has_ignore_rules(repository.top / folder / ".dvcignore");
    std::vector<std::string> others; // folders of other projects
    for (const auto& below : folders_between(folder, paths)) {
        has_rules = has_rules || has_ignore_rules(repository.top / below / ".dvcignore");
        if (is_project(below))
            others.push_back(below + "/");
    }
    const auto left_out = has_rules ? ignored(runner, repository) : std::set<std::string>();
    std::erase_if(paths, [&](const std::string& path) {
        return left_out.contains(path) ||
               std::any_of(others.begin(), others.end(),
                           [&](const std::string& other) { return path.starts_with(other); });
    });
    return paths;
}

} // namespace rdvc::project
