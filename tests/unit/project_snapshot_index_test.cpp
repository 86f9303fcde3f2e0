// Snapshots if Git stores its index in a special way, or elsewhere.

#include "project/snapshot.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "support/snapshot.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using tests::Folder;
using tests::GitRepository;
using tests::snapshot_of;
using tests::tree_of;
using Texts = std::vector<std::string>;

// Two folders with files, committed.
struct IndexProject {
    IndexProject() : git(folder / "project") {
        for (int i = 0; i < 20; ++i) {
            git.write("one/" + std::to_string(i), "1");
            git.write("two/" + std::to_string(i), "2");
        }
        git.write("top", "0");
        head = git.commit();
    }

    // Changes of every kind, in both folders and the root.
    void edit() const {
        git.write("one/1", "new");
        git.write("top", "new");
        git.git({"add", "top"});
        git.write("top", "newer");
        fs::remove(git.path() / "one" / "2");
        git.git({"rm", "--quiet", "one/3"});
        git.write("one/new", "new");
    }

    Folder folder;
    GitRepository git;
    std::string head;
};

struct Kind {
    std::string title;
    std::function<void(const GitRepository&)> arrange;
};

TEST(TakeSnapshot, ReadsEveryKindOfIndex) {
    const std::vector<Kind> kinds = {
        {"plain", [](const auto&) {}},
        {"split",
         [](const auto& git) {
             git.git({"update-index", "--split-index"});
         }},
        {"split by configuration",
         [](const auto& git) {
             git.git({"config", "core.splitIndex", "true"});
             git.git({"config", "splitIndex.maxPercentChange", "100"});
             git.git({"update-index", "--refresh"});
             git.write("one/5", "staged");
             git.git({"add", "one/5"});
         }},
        {"split anew each time",
         [](const auto& git) {
             git.git({"config", "core.splitIndex", "true"});
             git.git({"config", "splitIndex.maxPercentChange", "0"});
             git.git({"update-index", "--refresh"});
         }},
        {"untracked cache",
         [](const auto& git) {
             git.git({"config", "core.untrackedCache", "true"});
             git.git({"update-index", "--force-untracked-cache"});
             git.git({"status"});
         }},
        {"fsmonitor off",
         [](const auto& git) {
             git.git({"config", "core.fsmonitor", "false"});
             git.git({"update-index", "--no-fsmonitor"});
         }},
        {"fsmonitor that cannot be started",
         [](const auto& git) {
             git.git({"update-index", "--fsmonitor"});
             git.git({"config", "core.fsmonitor", "/bin/false"});
         }},
        {"version 4",
         [](const auto& git) {
             git.git({"update-index", "--index-version=4"});
         }},
        {"many settings",
         [](const auto& git) {
             git.git({"config", "status.showUntrackedFiles", "no"});
             git.git({"config", "status.renames", "copies"});
             git.git({"config", "status.short", "true"});
             git.git({"config", "status.showStash", "true"});
             git.git({"config", "color.ui", "always"});
             git.git({"config", "core.quotePath", "true"});
             git.git({"config", "core.preloadIndex", "false"});
             git.git({"config", "feature.manyFiles", "true"});
             git.git({"config", "diff.ignoreSubmodules", "all"});
         }},
        {"none at all",
         [](const auto& git) {
             git.git({"read-tree", "--empty"});
             fs::remove(git.path() / ".git" / "index");
         }},
    };
    for (const auto& kind : kinds) {
        SCOPED_TRACE(kind.title);
        const IndexProject project;
        kind.arrange(project.git);
        const bool without = !fs::exists(project.git.path() / ".git" / "index");
        if (!without)
            project.edit();
        else
            project.git.write("one/1", "new");
        const auto before = tests::everything_in(project.git.path());
        const auto snapshot = snapshot_of(project.git.path());
        tests::expect_untouched(before, project.git.path());
        ASSERT_NE(snapshot.commit, "");
        EXPECT_EQ(tree_of(project.git.path(), snapshot.commit),
                  tests::tree_of_add_all(project.git.path()));
    }
}

TEST(TakeSnapshot, KeepsWhatASparseCheckoutLeavesOut) {
    for (const std::string index : {"--no-sparse-index", "--sparse-index"}) {
        const IndexProject project;
        const auto& git = project.git;
        git.git({"sparse-checkout", "set", "--cone", index, "one"});
        ASSERT_FALSE(fs::exists(git.path() / "two"));
        EXPECT_EQ(snapshot_of(git.path()).commit, "") << "what is not here is not deleted";
        project.edit();
        const auto before = tests::everything_in(git.path());
        const auto snapshot = snapshot_of(git.path());
        tests::expect_untouched(before, git.path());
        EXPECT_EQ(snapshot.deleted, 2U);
        EXPECT_EQ(git.git({"show", snapshot.commit + ":two/7"}), "2") << index;
        EXPECT_EQ(tree_of(git.path(), snapshot.commit), tests::tree_of_add_all(git.path()));
    }
}

// A file that exists although its folder is excluded is part of what a stage would see here.
TEST(TakeSnapshot, TakesFilesOutsideOfASparseCheckout) {
    const IndexProject project;
    const auto& git = project.git;
    git.git({"sparse-checkout", "set", "--cone", "one"});
    git.write("two/7", "back, and changed");
    git.write("two/new", "new");
    const auto snapshot = snapshot_of(git.path());
    EXPECT_EQ(git.git({"show", snapshot.commit + ":two/7"}), "back, and changed");
    EXPECT_EQ(git.git({"show", snapshot.commit + ":two/new"}), "new");
    EXPECT_EQ(git.git({"show", snapshot.commit + ":two/8"}), "2");
    EXPECT_EQ(git.git({"diff-tree", "-r", "--name-only", project.head, snapshot.commit}),
              "two/7\ntwo/new");
}

// The user said so: Git considers such a file unchanged everywhere.
TEST(TakeSnapshot, TakesAssumedUnchangedFilesForUnchanged) {
    for (const std::string how : {"--assume-unchanged", "--skip-worktree"}) {
        const IndexProject project;
        const auto& git = project.git;
        git.git({"update-index", how, "one/1"});
        git.write("one/1", "changed in secret");
        EXPECT_EQ(snapshot_of(git.path()).commit, "") << how;
        git.write("one/2", "new");
        const auto commit = snapshot_of(git.path()).commit;
        EXPECT_EQ(git.git({"show", commit + ":one/1"}), "1") << how;
        EXPECT_EQ(tree_of(git.path(), commit), tests::tree_of_add_all(git.path())) << how;
    }
}

TEST(TakeSnapshot, SeesTheWholeRepositoryFromASubfolder) {
    const IndexProject project;
    project.edit();
    const auto from_top = snapshot_of(project.git.path());
    const auto from_below = snapshot_of(project.git.path() / "two");
    EXPECT_EQ(from_below.commit, from_top.commit);
    EXPECT_EQ(from_below.added, Texts({"one/new"}));
}

TEST(TakeSnapshot, IsOfTheWorkTreeThatTheUserIsIn) {
    const IndexProject project;
    const auto& git = project.git;
    const auto linked = project.folder / "linked tree";
    git.git({"worktree", "add", "--quiet", "-b", "other", linked.string()});
    git.write("top", "changed in the first tree");
    tests::put_file(linked / "one" / "1", "changed in the linked tree");
    tests::run_program({"git", "add", "one/1"}, linked);
    tests::put_file(linked / "two" / "new", "x");
    const auto before = tests::everything_in(project.folder.path());
    const auto snapshot = snapshot_of(linked);
    tests::expect_untouched(before, project.folder.path());
    EXPECT_EQ(snapshot.changed, 1U);
    EXPECT_EQ(snapshot.added, Texts({"two/new"}));
    EXPECT_EQ(git.git({"diff-tree", "-r", "--name-only", project.head, snapshot.commit}),
              "one/1\ntwo/new");
    EXPECT_EQ(tree_of(linked, snapshot.commit), tests::tree_of_add_all(linked));
    EXPECT_EQ(git.git({"show", snapshot_of(git.path()).commit + ":top"}),
              "changed in the first tree");
}

// As `git init --separate-git-dir` leaves it.
TEST(TakeSnapshot, FindsAnIndexThatLiesElsewhere) {
    const IndexProject project;
    project.git.git(
        {"init", "--quiet", "--separate-git-dir", (project.folder / "else where").string()});
    project.edit();
    const auto before = tests::everything_in(project.git.path());
    const auto snapshot = snapshot_of(project.git.path());
    tests::expect_untouched(before, project.git.path());
    EXPECT_EQ(tree_of(project.git.path(), snapshot.commit),
              tests::tree_of_add_all(project.git.path()));
}

} // namespace
} // namespace rdvc::project
