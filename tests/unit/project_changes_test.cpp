// What of a change only the index or the settings know is in the snapshot too.

#include "project/changes.hpp"

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

void expect_as_git_adds(const GitRepository& git) {
    const auto before = tests::everything_in(git.path());
    const auto snapshot = snapshot_of(git.path());
    tests::expect_untouched(before, git.path());
    ASSERT_NE(snapshot.commit, "");
    const auto expected = tests::tree_of_add_all(git.path());
    EXPECT_EQ(tree_of(git.path(), snapshot.commit), expected)
        << git.git({"diff", expected, snapshot.commit});
}

void make_executable(const fs::path& file, bool on) {
    fs::permissions(file, fs::perms::owner_exec,
                    on ? fs::perm_options::add : fs::perm_options::remove);
}

TEST(TreeOfChanges, TakesModesFromTheIndexIfTheFileSystemHasNone) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.git({"config", "core.fileMode", "false"});
    for (const auto* name : {"tool", "plain", "staged", "left"})
        git.write(name, "1");
    git.git({"add", "--all"});
    git.git({"update-index", "--chmod=+x", "tool", "left"});
    git.git({"commit", "--quiet", "--message", "Work"});
    for (const auto* name : {"tool", "plain", "staged", "left", "new", "later"})
        git.write(name, "2");
    for (const auto* name : {"plain", "new", "later"})
        make_executable(git.path() / name, true);
    git.git({"add", "staged"});
    git.git({"update-index", "--chmod=+x", "staged"});
    git.git({"add", "--intent-to-add", "later"});
    git.git({"rm", "--quiet", "--cached", "--force", "left"});
    expect_as_git_adds(git);
    EXPECT_EQ(tests::files_of(git.path(), snapshot_of(git.path()).commit),
              (std::vector<std::string>{"100644 later", "100644 left", "100644 new", "100644 plain",
                                        "100755 staged", "100755 tool"}));
}

TEST(TreeOfChanges, KeepsALinkThatIsAFileHere) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    fs::create_symlink("a", git.path() / "link");
    git.commit();
    git.git({"config", "core.symlinks", "false"});
    fs::remove(git.path() / "link");
    git.write("link", "elsewhere");
    expect_as_git_adds(git);
    EXPECT_EQ(tests::files_of(git.path(), snapshot_of(git.path()).commit),
              (std::vector<std::string>{"100644 a", "120000 link"}));
}

// Git normalises line ends only if the index has none of the other kind.
TEST(TreeOfChanges, LeavesLineEndsThatTheIndexHas) {
    for (const std::string setting : {"true", "input"}) {
        const Folder folder;
        const GitRepository git(folder / "project");
        git.write("crlf", "one\r\n");
        git.write("lf", "one\n");
        git.write("left", "one\r\n");
        git.commit();
        git.git({"config", "core.autocrlf", setting});
        for (const auto* name : {"crlf", "lf", "left", "new"})
            git.write(name, "one\r\ntwo\r\n");
        git.git({"rm", "--quiet", "--cached", "--force", "left"});
        expect_as_git_adds(git);
        const auto commit = snapshot_of(git.path()).commit;
        EXPECT_EQ(git.git({"cat-file", "-s", commit + ":crlf"}), "10") << setting;
        EXPECT_EQ(git.git({"cat-file", "-s", commit + ":new"}), "8") << setting;
    }
}

TEST(TreeOfChanges, FindsAttributesThatASparseCheckoutLeavesOut) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write(".gitattributes", "*.txt text\n");
    git.write("one/.gitattributes", "*.md text\n");
    git.write("one/a.md", "1\n");
    git.commit();
    git.git({"sparse-checkout", "set", "--no-cone", "/one/a.md"});
    ASSERT_FALSE(fs::exists(git.path() / "one" / ".gitattributes"));
    git.write("one/a.md", "1\r\n2\r\n");
    git.write("one/b.txt", "1\r\n");
    const auto commit = snapshot_of(git.path()).commit;
    EXPECT_EQ(git.git({"cat-file", "-s", commit + ":one/a.md"}), "4");
    EXPECT_EQ(git.git({"cat-file", "-s", commit + ":one/b.txt"}), "2");
    EXPECT_EQ(git.git({"show", commit + ":one/.gitattributes"}), "*.md text");
}

TEST(TreeOfChanges, KeepsWhatIsStagedForAFileThatIsNotHere) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    git.write("b", "1");
    git.commit();
    git.write("a", "staged");
    git.git({"add", "a"});
    git.git({"update-index", "--skip-worktree", "a"});
    fs::remove(git.path() / "a");
    EXPECT_EQ(git.git({"show", snapshot_of(git.path()).commit + ":a"}), "staged");
    git.write("b", "2");
    EXPECT_EQ(git.git({"show", snapshot_of(git.path()).commit + ":a"}), "staged");
}

TEST(TreeOfChanges, AcceptsFoldersWithLineFeeds) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("f\n/x", "1");
    git.write("f\n/y", "1");
    git.write("a", "1");
    git.commit();
    git.write("f\n/x", "2");
    git.write("f\n/new", "2");
    fs::remove(git.path() / "f\n" / "y");
    git.write("a", "2");
    git.git({"add", "a"});
    expect_as_git_adds(git);
}

TEST(TreeOfChanges, AcceptsFoldersThatLookLikeRevisions) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const std::vector<std::string> names = {
        "x^{tree}", "a-g" + git.commit().substr(0, 7), "~1", "@{1}", ":", "a b/tree 5", "\r"};
    for (const auto& name : names)
        git.write(name + "/deep/x", "1");
    git.write("d/deep/x", "1");
    git.commit();
    for (const auto& name : names)
        git.write(name + "/deep/y", "2");
    git.write("d/deep/x", "2");
    expect_as_git_adds(git);
}

TEST(TreeOfChanges, AcceptsMoreFilesThanACommandHasRoomFor) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const std::string longest(200, 'n');
    for (int i = 0; i < 600; ++i)
        git.write("d/" + longest + std::to_string(i), "1");
    git.commit();
    for (int i = 0; i < 600; ++i)
        if (i % 5 == 0)
            fs::remove(git.path() / "d" / (longest + std::to_string(i)));
        else
            git.write("d/" + longest + std::to_string(i), "22");
    git.git({"add", "d/" + longest + "1", "d/" + longest + "5"});
    expect_as_git_adds(git);
}

TEST(TreeOfChanges, AcceptsRepositoriesWithSha256) {
    const Folder folder;
    const GitRepository git(folder / "project");
    fs::remove_all(git.path() / ".git");
    git.git({"init", "--quiet", "--object-format=sha256"});
    git.write("a", "1");
    git.write("d/b", "1");
    git.commit();
    git.write("a", "2");
    git.write("d/new", "2");
    expect_as_git_adds(git);
}

// The same tree, whether the changes are staged or not, as Git's own index gives it.
TEST(TreeOfChanges, KeepsFoldersThatNoChangeTouches) {
    const Folder folder;
    const GitRepository git(folder / "project");
    for (const auto* name : {"a", "a.b", "a0", "d/x", "d.x", "d/deep/y", "e/x"})
        git.write(name, name);
    git.commit();
    git.write("d/deep/y", "2");
    fs::remove(git.path() / "a");
    git.write("a/x", "2");
    fs::remove_all(git.path() / "e");
    git.write("e", "2");
    expect_as_git_adds(git);
}

} // namespace
} // namespace rdvc::project
