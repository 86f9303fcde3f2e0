// A snapshot accepts any name, finds changes that are easily missed, and changes nothing.

#include "project/snapshot.hpp"

#include <algorithm>

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

const Texts& hostile_names() {
    static const Texts names = {
        "line\nend", "\n",          "'q' \"d\"", "\"",      "-n",
        "--",        " leading",    "trailing ", "a b/c d", "\xc3\xbc",
        "tab\tx",    "back\\sla",   "$(x)`y`",   "*?[a]",   ":(top)x",
        "? x",       "1 .M N...",   "# head",    "a\r",     "\x01\x7f",
        "!x",        ".gitignored", "con.",      "~",       "\xe2\x9c\x93/\xf0\x9f\x98\x80",
        "a,b=c;d",
    };
    return names;
}

TEST(TakeSnapshot, TakesAnyNameOfANewFile) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.commit();
    for (const auto& name : hostile_names())
        git.write(name, "content of " + name);
    const auto snapshot = snapshot_of(git.path());
    auto added = snapshot.added;
    auto expected = hostile_names();
    std::sort(added.begin(), added.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(added, expected);
    EXPECT_EQ(snapshot.beside, Texts{});
    EXPECT_EQ(tree_of(git.path(), snapshot.commit), tests::tree_of_add_all(git.path()));
}

TEST(TakeSnapshot, TakesAnyNameOfAChangedFile) {
    const Folder folder;
    const GitRepository git(folder / "project");
    auto names = hostile_names();
    names.insert(names.end(), {"\xff", "\xc3", "a\xed\xa0\x80z", "\xfe/\xff"});
    for (const auto& name : names)
        git.write(name, "content of " + name);
    git.git({"-c", "core.quotePath=false", "add", "--all"});
    git.commit();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (i % 3 == 0)
            fs::remove(git.path() / names[i]);
        else
            git.write(names[i], "other content");
    const auto snapshot = snapshot_of(git.path());
    EXPECT_EQ(snapshot.deleted, (names.size() + 2) / 3);
    EXPECT_EQ(snapshot.changed + snapshot.deleted, names.size());
    EXPECT_EQ(snapshot.beside, Texts{}) << "Git has them already";
    EXPECT_EQ(tree_of(git.path(), snapshot.commit), tests::tree_of_add_all(git.path()));
}

// DVC fails on a staged file of such a name.
TEST(TakeSnapshot, LeavesNewNamesThatAreNoUtf8Untracked) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    git.write("old\xff", "1");
    git.commit();
    git.write("new\xff", "2");
    git.write("\xc3/file", "2");
    auto snapshot = snapshot_of(git.path());
    EXPECT_EQ(snapshot.commit, "") << "nothing else has changed";
    EXPECT_EQ(snapshot.beside, Texts({"new\xff", "\xc3/file"}));
    EXPECT_EQ(snapshot.added, snapshot.beside);
    git.write("a", "2");
    git.write("old\xff", "2");
    git.write("new", "2");
    git.git({"rm", "--quiet", "--cached", "old\xff"});
    snapshot = snapshot_of(git.path());
    EXPECT_EQ(snapshot.beside, Texts({"new\xff", "old\xff", "\xc3/file"}));
    EXPECT_EQ(tests::files_of(git.path(), snapshot.commit), Texts({"100644 a", "100644 new"}));
}

TEST(TakeSnapshot, IsTheSameCommitForTheSameContent) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    const auto head = git.commit();
    git.write("a", "2");
    const auto first = snapshot_of(git.path()).commit;
    ::setenv("GIT_AUTHOR_DATE", "2025-01-01T00:00:00Z", 1);
    ::setenv("GIT_COMMITTER_NAME", "Bob", 1);
    ::setenv("TZ", "Asia/Tokyo", 1);
    git.git({"add", "a"});
    EXPECT_EQ(snapshot_of(git.path()).commit, first) << "staged or not";
    ::unsetenv("TZ");
    const GitRepository isolated(folder / "other"); // sets the variables again
    git.write("a", "3");
    EXPECT_NE(snapshot_of(git.path()).commit, first);
    git.write("a", "2");
    EXPECT_EQ(snapshot_of(git.path()).commit, first);
    EXPECT_EQ(git.git({"log", "-1", "--format=%an <%ae> %at|%cn <%ce> %ct|%P|%B", first}),
              "rdvc <rdvc> 946684800|rdvc <rdvc> 946684800|" + head + "|Uncommitted changes");
    git.write("a", "1");
    EXPECT_EQ(snapshot_of(git.path()).commit, "");
}

// The time of an entry that is as new as the index says nothing: same size, same second.
TEST(TakeSnapshot, LooksIntoAFileThatIsAsNewAsTheIndex) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.git({"config", "core.trustctime", "false"});
    git.write("a", "1111");
    git.commit();
    // The same after a long time: only a copy of the index that keeps its time shows that the entry
    // may be older than its content.
    const auto then = fs::file_time_type::clock::now() - std::chrono::hours(1);
    fs::last_write_time(git.path() / "a", then);
    git.git({"update-index", "--really-refresh"});
    git.write("a", "2222");
    fs::last_write_time(git.path() / "a", then);
    fs::last_write_time(git.path() / ".git" / "index", then);
    const auto snapshot = snapshot_of(git.path());
    ASSERT_NE(snapshot.commit, "");
    EXPECT_EQ(git.git({"show", snapshot.commit + ":a"}), "2222");
}

TEST(TakeSnapshot, LooksIntoAFileThatWasChangedAtOnce) {
    for (int i = 0; i < 5; ++i) {
        const Folder folder;
        const GitRepository git(folder / "project");
        git.write("a", "1111");
        git.commit();
        git.write("a", "2222");
        const auto snapshot = snapshot_of(git.path());
        ASSERT_NE(snapshot.commit, "");
        EXPECT_EQ(git.git({"show", snapshot.commit + ":a"}), "2222");
        git.write("a", "3333");
        git.git({"add", "a"});
        git.write("a", "4444");
        EXPECT_EQ(git.git({"show", snapshot_of(git.path()).commit + ":a"}), "4444");
    }
}

TEST(TakeSnapshot, LeavesStashRefsAndHeadAlone) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    git.write("b", "1");
    git.commit();
    git.write("a", "stashed");
    git.git({"stash", "push", "--quiet"});
    git.git({"tag", "v1"});
    git.write("a", "2");
    git.git({"add", "a"});
    git.write("b", "2");
    git.write("new", "3");
    const auto before = tests::everything_in(git.path());
    EXPECT_NE(snapshot_of(git.path()).commit, "");
    EXPECT_NE(snapshot_of(git.path()).commit, "") << "and again";
    tests::expect_untouched(before, git.path());
    EXPECT_EQ(git.git({"stash", "list", "--format=%gd"}), "stash@{0}");
    EXPECT_EQ(git.git({"status", "--porcelain"}), "M  a\n M b\n?? new");
    EXPECT_EQ(git.git({"for-each-ref", "--format=%(refname)"}),
              "refs/heads/main\nrefs/stash\nrefs/tags/v1");
}

// Filters and line ends of .gitattributes act as in `git add`.
TEST(TakeSnapshot, AppliesFiltersAsGitDoes) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.git({"config", "filter.upper.clean", "tr a-z A-Z"});
    git.write(".gitattributes", "*.up filter=upper\n*.txt text eol=crlf\n");
    git.write("a.up", "abc\n");
    git.write("a.txt", "one\r\n");
    git.commit();
    git.write("a.up", "def\n");
    git.write("a.txt", "one\r\ntwo\r\n");
    git.write("new.up", "ghi\n");
    const auto snapshot = snapshot_of(git.path());
    EXPECT_EQ(git.git({"show", snapshot.commit + ":new.up"}), "GHI");
    EXPECT_EQ(tree_of(git.path(), snapshot.commit), tests::tree_of_add_all(git.path()));
}

TEST(TakeSnapshot, TakesNoNoticeOfSigningAndHooks) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    git.commit();
    git.git({"config", "commit.gpgSign", "true"});
    git.git({"config", "gpg.program", "/bin/false"});
    git.git({"config", "user.useConfigOnly", "true"});
    for (const auto* hook : {"pre-commit", "commit-msg", "post-commit", "post-index-change"})
        tests::write_program(git.path() / ".git" / "hooks" / hook,
                             "#!/bin/bash\ntouch \"${0}.ran\"; exit 1\n");
    git.write("a", "2");
    const auto before = tests::everything_in(git.path());
    const auto commit = snapshot_of(git.path()).commit;
    tests::expect_untouched(before, git.path());
    EXPECT_EQ(git.git({"cat-file", "commit", commit}).find("gpgsig"), std::string::npos);
}

} // namespace
} // namespace rdvc::project
