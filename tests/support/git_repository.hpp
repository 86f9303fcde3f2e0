// Real Git repositories for tests, made without the user's own settings, with commits that are the
// same everywhere.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/process.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "support/folder.hpp"

namespace rdvc::tests {

/// From here on git reads no settings of this machine, and authors and dates are fixed.
inline void isolate_git() {
    for (const auto* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX",
                             "GIT_OBJECT_DIRECTORY", "LANGUAGE"})
        ::unsetenv(name);
    const std::vector<std::pair<const char*, const char*>> variables = {
        {"GIT_CONFIG_GLOBAL", "/dev/null"},
        {"GIT_CONFIG_NOSYSTEM", "1"},
        {"GIT_AUTHOR_NAME", "Alice"},
        {"GIT_AUTHOR_EMAIL", "alice@example.org"},
        {"GIT_COMMITTER_NAME", "Alice"},
        {"GIT_COMMITTER_EMAIL", "alice@example.org"},
        {"GIT_AUTHOR_DATE", "2024-03-11T12:00:00Z"},
        {"GIT_COMMITTER_DATE", "2024-03-11T12:00:00Z"},
        {"LC_ALL", "C"}};
    for (const auto& [name, value] : variables)
        ::setenv(name, value, 1);
}

/// Runs a program that must succeed; its standard output without the line end.
inline std::string run_program(const std::vector<std::string>& argv,
                               const std::filesystem::path& folder = {}) {
    base::ProcessRunner runner;
    const auto result = runner.run({.argv = argv, .folder = folder});
    EXPECT_EQ(result.status, 0) << base::quote_all(argv) << "\n" << result.err;
    return base::trim(result.out);
}

class GitRepository {
  public:
    /// `git init` in `path`, which is made.
    explicit GitRepository(std::filesystem::path path) : path_(std::move(path)) {
        isolate_git();
        std::filesystem::create_directories(path_);
        git({"init", "--quiet", "--initial-branch=main"});
    }

    std::string git(const std::vector<std::string>& arguments) const {
        std::vector<std::string> argv = {"git"};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        return run_program(argv, path_);
    }

    void write(const std::string& name, std::string_view content) const {
        put_file(path_ / name, content);
    }

    /// Commits everything; returns the commit's hash.
    std::string commit(const std::string& message = "Work") const {
        git({"add", "--all"});
        git({"commit", "--quiet", "--allow-empty", "--message=" + message});
        return git({"rev-parse", "HEAD"});
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace rdvc::tests
