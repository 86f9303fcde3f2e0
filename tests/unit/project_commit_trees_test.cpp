// The folders of many commits are read as Git has them.

#include "project/commit_trees.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "project/dvc_remote.hpp"
#include "support/git_repository.hpp"

namespace rdvc::project {
namespace {

using Paths = std::vector<std::string>;

class CountingRunner : public base::Runner {
  public:
    base::Result run(const base::Command& command) override {
        ++count;
        return inner_.run(command);
    }
    unsigned count = 0;

  private:
    base::ProcessRunner inner_;
};

class Commits : public ::testing::Test {
  protected:
    Commits() {
        git_.write("data.dvc", "outs: one\n");
        git_.write("deep/er/data.dvc", "outs: two\n");
        git_.write("deep/er/text", "");
        first_ = git_.commit("first");
        git_.write("deep/er/data.dvc", "outs: three\n");
        second_ = git_.commit("second");
    }
    [[nodiscard]] CommitTrees read(const Paths& commits) {
        return {runner_, *find_repository(runner_, git_.path()), commits};
    }

    tests::Folder folder_;
    tests::GitRepository git_{folder_ / "project"};
    CountingRunner runner_;
    std::string first_;
    std::string second_;
};

TEST_F(Commits, HaveFilesAtTheirPaths) {
    const auto trees = read({first_, second_, second_ + "^"});
    EXPECT_EQ(trees.root(first_), trees.root(second_ + "^"));
    const auto root = trees.root(second_);
    EXPECT_EQ(trees.find(root, "deep")->mode, folder_mode);
    EXPECT_EQ(trees.find(root, "data.dvc"), trees.find(trees.root(first_), "data.dvc"));
    EXPECT_NE(trees.find(root, "deep/er/data.dvc"),
              trees.find(trees.root(first_), "deep/er/data.dvc"));
    for (const auto* path : {"other", "deep/other", "deep/er/text/other", "data.dvc/other", ""})
        EXPECT_FALSE(trees.find(root, path)) << path;
}

TEST_F(Commits, AreSearchedByName) {
    const auto trees = read({second_});
    Paths found;
    std::set<std::string> hashes;
    for (const auto& [path, entry] : trees.select(trees.root(second_), [](std::string_view name) {
             return name.ends_with(".dvc") || name == "er";
         }))
        if (found.push_back(path); entry.mode != folder_mode)
            hashes.insert(entry.hash);
    EXPECT_EQ(found, Paths({"data.dvc", "deep/er", "deep/er/data.dvc"}));
    Paths contents;
    for (const auto& [hash, text] :
         read_contents(runner_, *find_repository(runner_, git_.path()), hashes))
        contents.push_back(text);
    std::sort(contents.begin(), contents.end());
    EXPECT_EQ(contents, Paths({"outs: one\n", "outs: three\n"}));
}

TEST_F(Commits, AreReadByAsManyProcessesWhateverTheirNumber) {
    const auto repository = *find_repository(runner_, git_.path());
    Paths commits = {first_, second_};
    const auto count = [&] {
        const auto before = runner_.count;
        const CommitTrees trees(runner_, repository, commits);
        const auto of_trees = runner_.count - before;
        EXPECT_EQ(objections_to_dvc(runner_, repository, git_.path(), commits).size(),
                  commits.size());
        return std::pair(of_trees, runner_.count - before);
    };
    const auto of_two = count();
    EXPECT_EQ(of_two.first, 3U) << "one for each level of folders";
    for (int number = 0; number < 20; ++number) {
        git_.write("deep/er/data.dvc", std::to_string(number));
        commits.push_back(git_.commit("more"));
    }
    EXPECT_EQ(count(), of_two);
}

TEST_F(Commits, ThatAreNotHereHaveNothing) {
    const auto trees = read({first_ + "^", std::string(40, 'd')});
    EXPECT_EQ(trees.root(first_ + "^"), "");
    EXPECT_FALSE(trees.find("", "data.dvc"));
    EXPECT_TRUE(trees.select("", [](std::string_view) { return true; }).empty());
}

} // namespace
} // namespace rdvc::project
