// Snapshots of real repositories, and what Git itself would make of the same work tree.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "project/snapshot.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"

namespace rdvc::tests {

inline project::Repository open_repository(const fs::path& folder) {
    base::ProcessRunner runner;
    const auto repository = project::find_repository(runner, folder);
    EXPECT_TRUE(repository.has_value()) << folder;
    return repository.value_or(project::Repository{});
}

inline project::Snapshot snapshot_of(const fs::path& folder,
                                     const project::SnapshotRules& rules = {}) {
    base::ProcessRunner runner;
    const auto repository = open_repository(folder);
    return project::take_snapshot(runner, repository, project::read_head(runner, repository),
                                  rules);
}

/// What `git add -A` commits; after that the user's index is another one.
inline std::string tree_of_add_all(const fs::path& folder) {
    run_program({"git", "add", "--all"}, folder);
    return run_program({"git", "write-tree"}, folder);
}

inline std::string tree_of(const fs::path& folder, const std::string& commit) {
    return run_program({"git", "rev-parse", "--verify", commit + "^{tree}"}, folder);
}

/// The lines of `git ls-tree -r`, "mode path" each.
inline std::vector<std::string> files_of(const fs::path& folder, const std::string& commit) {
    std::vector<std::string> files;
    for (const auto& line : base::split(
             run_program({"git", "ls-tree", "-r", "-z", "--full-tree", commit}, folder), '\0'))
        if (const auto tab = line.find('\t'); tab != std::string::npos)
            files.push_back(line.substr(0, line.find(' ')) + " " + line.substr(tab + 1));
    return files;
}

/// Everything below a folder except Git's objects: type, mode, time and content of each file.
inline std::map<std::string, std::string> everything_in(const fs::path& folder) {
    std::map<std::string, std::string> all;
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::end(entry); ++entry) {
        const auto& path = entry->path();
        if (path.filename() == "objects" && path.parent_path().filename() == ".git") {
            entry.disable_recursion_pending();
            continue;
        }
        struct stat info {};
        EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
        std::string text = std::to_string(info.st_mode) + " ";
        // Git renews the time of a shared index that it reads, so that it is not removed as
        // garbage.
        if (!path.filename().string().starts_with("sharedindex."))
            text += std::to_string(info.st_mtim.tv_sec) + "." +
                    std::to_string(info.st_mtim.tv_nsec) + " ";
        if (entry->is_symlink())
            text += fs::read_symlink(path).string();
        else if (entry->is_regular_file())
            text += content_of(path);
        all[path.lexically_relative(folder).string()] = text;
    }
    return all;
}

/// The same, for everything that a snapshot must not change.
inline void expect_untouched(const std::map<std::string, std::string>& before,
                             const fs::path& folder) {
    const auto after = everything_in(folder);
    for (const auto& [path, text] : before)
        EXPECT_TRUE(after.contains(path) && after.at(path) == text) << path << " has changed";
    for (const auto& [path, text] : after)
        EXPECT_TRUE(before.contains(path)) << path << " is new";
}

} // namespace rdvc::tests
