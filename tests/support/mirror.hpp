// A bare repository like the cluster's mirror, and how a pack gets into it.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/process.hpp"
#include "base/text.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"

namespace rdvc::tests {

class Mirror {
  public:
    explicit Mirror(fs::path path) : path_(std::move(path)) {
        isolate_git();
        run_program({"git", "init", "--quiet", "--bare", path_.string()});
    }

    std::string git(const std::vector<std::string>& arguments) const {
        std::vector<std::string> argv = {"git", "-C", path_.string()};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        return run_program(argv);
    }

    /// Adds a pack, and then has `commit` with everything that it needs.
    void take(const fs::path& pack, const std::vector<std::string>& boundary,
              const std::string& commit) {
        base::ProcessRunner runner;
        if (!pack.empty() && fs::exists(pack) && fs::file_size(pack) > 0) {
            const auto taken = runner.run(
                {.argv = {"git", "-C", path_.string(), "index-pack", "--stdin", "--fix-thin"},
                 .input = {pack}});
            EXPECT_EQ(taken.status, 0) << taken.err;
        }
        boundary_.insert(boundary_.end(), boundary.begin(), boundary.end());
        if (!boundary_.empty())
            put_file(path_ / "shallow", base::join(boundary_, "\n") + "\n");
        git({"update-ref", "refs/rdvc/" + std::to_string(++taken_), commit});
        const auto sound = runner.run(
            {.argv = {"git", "-C", path_.string(), "fsck", "--connectivity-only", "--strict"}});
        EXPECT_EQ(sound.status, 0) << sound.out << sound.err;
        EXPECT_EQ(sound.out.find("missing"), std::string::npos) << sound.out;
    }

    [[nodiscard]] std::size_t commits(const std::string& tip) const {
        return std::stoul(git({"rev-list", "--count", tip}));
    }

  private:
    fs::path path_;
    int taken_ = 0;
    std::vector<std::string> boundary_;
};

} // namespace rdvc::tests
