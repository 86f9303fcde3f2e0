#include "project/git.hpp"
#include "project/guarded_git.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "support/expect_error.hpp"
#include "support/fake_runner.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"

namespace rdvc::project {
namespace {

TEST(GuardedRunner, GivesGitItsSettings) {
    tests::FakeRunner runner;
    runner.expect(
        {"git", "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "status"});
    runner.expect({"dvc", "status"});
    GuardedRunner guarded(runner);
    guarded.run({.argv = {"git", "status"}});
    guarded.run({.argv = {"dvc", "status"}});
}

TEST(EmbeddedRepository, IsFoundOnTheWayUpToGits) {
    const tests::Folder folder;
    tests::put_file(folder / ".git" / "HEAD", "");
    std::filesystem::create_directories(folder / "a" / "b");
    EXPECT_EQ(embedded_repository(folder / "a" / "b"), "");
    for (const auto* part : {"HEAD", "objects/x", "refs/x"})
        tests::put_file(folder / "a" / part, "");
    EXPECT_EQ(embedded_repository(folder / "a" / "b"), folder / "a");
    EXPECT_EQ(embedded_repository(folder.path()), "");
    tests::put_file(folder / "c" / "HEAD", "");
    EXPECT_EQ(embedded_repository(folder / "c"), "");
    tests::put_file(folder / "c" / "commondir", "../.git");
    EXPECT_EQ(embedded_repository(folder / "c"), folder / "c");
}

namespace fs = std::filesystem;
using tests::Folder;
using tests::GitRepository;
using Texts = std::vector<std::string>;

Repository open(const fs::path& folder) {
    base::ProcessRunner runner;
    const auto repository = find_repository(runner, folder);
    EXPECT_TRUE(repository.has_value()) << folder;
    return repository.value_or(Repository{});
}

Head head_of(const GitRepository& repository) {
    base::ProcessRunner runner;
    return read_head(runner, open(repository.path()));
}

// "XY path" each, and what changed in it for a submodule; sorted.
Texts changes_of(const GitRepository& repository) {
    Texts texts;
    for (const auto& change : head_of(repository).changes)
        texts.push_back(change.xy + " " + change.path +
                        (change.submodule == "N..." ? "" : " (" + change.submodule + ")"));
    std::sort(texts.begin(), texts.end());
    return texts;
}

// --- The repository ---

TEST(FindRepository, FindsNothingOutsideOfOne) {
    const Folder folder;
    tests::isolate_git();
    base::ProcessRunner runner;
    EXPECT_FALSE(find_repository(runner, folder.path()).has_value());
}

TEST(FindRepository, KnowsWhereTheUserStands) {
    const Folder folder;
    const GitRepository git(folder / "my project");
    fs::create_directories(git.path() / "models" / "sub folder");
    EXPECT_EQ(open(git.path()).top, git.path());
    EXPECT_EQ(open(git.path()).prefix, fs::path());
    EXPECT_FALSE(open(git.path()).shallow);
    EXPECT_EQ(open(git.path() / "models" / "sub folder").top, git.path());
    EXPECT_EQ(open(git.path() / "models" / "sub folder").prefix, fs::path("models/sub folder"));
}

TEST(FindRepository, TakesAnyFolderName) {
    const Folder folder;
    const GitRepository git(folder / "Molek\xc3\xbcl $(x) 'q'");
    const auto sub = git.path() / "-x\\ \"\xc3\xa9\"";
    fs::create_directory(sub);
    EXPECT_EQ(open(sub).top, git.path());
    EXPECT_EQ(open(sub).prefix, sub.filename());
}

TEST(FindRepository, TakesFoldersWithLineEndsInTheirNames) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const auto sub = git.path() / "a\nb";
    fs::create_directory(sub);
    EXPECT_EQ(open(sub).top, git.path());
    EXPECT_EQ(open(sub).prefix, fs::path("a\nb"));
}

TEST(FindRepository, SeesThatACloneIsShallow) {
    const Folder folder;
    const GitRepository git(folder / "origin");
    git.commit("one");
    git.commit("two");
    git.git({"clone", "--quiet", "--depth=1", "file://" + git.path().string(),
             (folder / "clone").string()});
    EXPECT_TRUE(open(folder / "clone").shallow);
}

TEST(ReadHead, OfANewRepositoryHasNoCommit) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const auto head = head_of(git);
    EXPECT_EQ(head.commit, "");
    EXPECT_EQ(head.branch, "main");
    EXPECT_TRUE(head.changes.empty());
}

TEST(ReadHead, KnowsCommitAndBranch) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    const auto commit = git.commit();
    git.git({"checkout", "--quiet", "-b", "feature/\xc3\xbc"});
    EXPECT_EQ(head_of(git).commit, commit);
    EXPECT_EQ(head_of(git).branch, "feature/\xc3\xbc");
    EXPECT_TRUE(head_of(git).changes.empty());
    git.git({"checkout", "--quiet", "--detach"});
    EXPECT_EQ(head_of(git).commit, commit);
    EXPECT_EQ(head_of(git).branch, "");
}

TEST(ReadHead, ListsEveryKindOfChange) {
    const Folder folder;
    const GitRepository git(folder / "project");
    for (const auto* name :
         {"changed", "staged", "both", "deleted", "gone", "moved", "typed", "mode"})
        git.write(name, std::string("content of ") + name + "\n");
    git.write(".gitignore", "ignored\n");
    git.commit();
    git.write("changed", "new");
    git.write("staged", "new");
    git.git({"add", "staged"});
    git.write("both", "new");
    git.git({"add", "both"});
    git.write("both", "newer");
    fs::remove(git.path() / "gone");
    git.git({"rm", "--quiet", "deleted"});
    git.git({"mv", "moved", "moved there"});
    fs::remove(git.path() / "typed");
    fs::create_symlink("changed", git.path() / "typed");
    fs::permissions(git.path() / "mode", fs::perms::owner_exec, fs::perm_options::add);
    git.write("folder/untracked", "");
    git.write("ignored", "");
    git.write("added", "x");
    git.git({"add", "added"});
    git.write("intended", "x");
    git.git({"add", "--intent-to-add", "intended"});
    EXPECT_EQ(changes_of(git), Texts({".A intended", ".D gone", ".M changed", ".M mode", ".T typed",
                                      "?? folder/untracked", "A. added", "A. moved there",
                                      "D. deleted", "D. moved", "M. staged", "MM both"}));
}

TEST(ReadHead, TakesAnyFileName) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const Texts names = {"a b",      " leading",  "trailing ", "line\nend", "tab\there",
                         "\xc3\xbc", "\xff",      "-n",        "'q' \"d\"", "back\\slash",
                         "? x",      "1 .M N...", "# head",    "$(x)`y`",   "a\r"};
    Texts expected;
    for (const auto& name : names) {
        git.write(name, "x");
        expected.push_back("?? " + name);
    }
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(changes_of(git), expected);
    git.commit();
    for (const auto& name : names)
        git.write(name, "y");
    expected.clear();
    for (const auto& name : names)
        expected.push_back(".M " + name);
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(changes_of(git), expected);
}

// A rename is two changes, and their names may look like any other record.
TEST(ReadHead, TellsOfARenameAsTwoChanges) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("? old", "a file of some length\n");
    git.write("1 .M N... 100644", "another file of some length\n");
    git.commit();
    git.git({"mv", "? old", "new 1"});
    git.git({"mv", "1 .M N... 100644", "new 2"});
    EXPECT_EQ(changes_of(git), Texts({"A. new 1", "A. new 2", "D. 1 .M N... 100644", "D. ? old"}));
}

TEST(ReadHead, ListsUnmergedFiles) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("my file", "base\n");
    git.commit("base");
    git.git({"checkout", "--quiet", "-b", "other"});
    git.write("my file", "theirs\n");
    git.commit("theirs");
    git.git({"checkout", "--quiet", "main"});
    git.write("my file", "ours\n");
    git.commit("ours");
    base::ProcessRunner runner;
    EXPECT_NE(
        runner.run({.argv = {"git", "merge", "--quiet", "other"}, .folder = git.path()}).status, 0);
    EXPECT_EQ(changes_of(git), Texts({"UU my file"}));
    EXPECT_TRUE(head_of(git).changes.at(0).unmerged);
}

TEST(ReadHead, ChangesNothingInTheRepository) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    git.commit();
    fs::last_write_time(git.path() / "a", fs::file_time_type::clock::now() - std::chrono::hours(1));
    const auto before = tests::content_of(git.path() / ".git" / "index");
    head_of(git);
    EXPECT_TRUE(tests::content_of(git.path() / ".git" / "index") == before);
}

TEST(ReadHead, PassesOnWhatGitSays) {
    tests::FakeRunner runner;
    runner
        .expect({"git", "-C", "/p", "--no-optional-locks", "status", "--porcelain=v2", "--branch",
                 "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=none"})
        .exits(128, "fatal: index file corrupt\n");
    EXPECT_FAILURE(read_head(runner, {"/p", "", false}), base::Exit::failed,
                   "error: git status failed\n  fatal: index file corrupt\n");
}

TEST(ReadSetting, IsEmptyWhereThereIsNone) {
    const Folder folder;
    const GitRepository git(folder / "project");
    base::ProcessRunner runner;
    EXPECT_EQ(read_setting(runner, open(git.path()), "remote.origin.url"), "");
    git.git({"remote", "add", "origin", "git@github.com:alice/demo.git"});
    EXPECT_EQ(read_setting(runner, open(git.path()), "remote.origin.url"),
              "git@github.com:alice/demo.git");
}

TEST(ExistingObjects, AreThoseThatTheRepositoryHas) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const auto one = git.commit("one");
    const auto two = git.commit("two");
    base::ProcessRunner runner;
    const std::string none = "0123456789012345678901234567890123456789";
    EXPECT_EQ(existing_objects(runner, open(git.path()), {two, none, one}), Texts({two, one}));
    EXPECT_EQ(existing_objects(runner, open(git.path()), {none}), Texts{});
    tests::FakeRunner nothing;
    EXPECT_EQ(existing_objects(nothing, open(git.path()), {}), Texts{});
}

TEST(ReachableTags, AreThoseOnThisHistory) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const auto one = git.commit("one");
    git.git({"tag", "v1"});
    git.git({"tag", "--annotate", "--message=two lines\nof text", "release/v2"});
    git.git({"checkout", "--quiet", "-b", "other"});
    git.commit("elsewhere");
    git.git({"tag", "not-ours"});
    git.git({"checkout", "--quiet", "main"});
    base::ProcessRunner runner;
    const auto tags = reachable_tags(runner, open(git.path()));
    ASSERT_EQ(tags.size(), 2U);
    EXPECT_EQ(tags[0].name, "release/v2");
    EXPECT_EQ(tags[0].object, git.git({"rev-parse", "release/v2"}));
    EXPECT_TRUE(tags[0].annotated);
    EXPECT_EQ(tags[1].name, "v1");
    EXPECT_EQ(tags[1].object, one);
    EXPECT_FALSE(tags[1].annotated);
}

TEST(RootCommit, IsTheFirstOne) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const auto first = git.commit("one");
    git.commit("two");
    base::ProcessRunner runner;
    EXPECT_EQ(root_commit(runner, open(git.path())), first);
}

TEST(UnpushedCommits, AreThoseThatOriginHasNot) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.commit("one");
    base::ProcessRunner runner;
    EXPECT_EQ(unpushed_commits(runner, open(git.path())).size(), 1U) << "there is no origin";
    git.git({"clone", "--quiet", "--bare", ".", (folder / "origin.git").string()});
    git.git({"remote", "add", "origin", (folder / "origin.git").string()});
    git.git({"fetch", "--quiet", "origin"});
    EXPECT_EQ(unpushed_commits(runner, open(git.path())), Texts{});
    const auto two = git.commit("two: the \"second\"");
    EXPECT_EQ(unpushed_commits(runner, open(git.path())),
              Texts({git.git({"rev-parse", "--short", two}) + " two: the \"second\""}));
}

TEST(HasRef, NeedsTheFullName) {
    const Folder folder;
    const GitRepository git(folder / "project");
    base::ProcessRunner runner;
    EXPECT_FALSE(has_ref(runner, open(git.path()), "HEAD")) << "no commit yet";
    const auto commit = git.commit();
    EXPECT_TRUE(has_ref(runner, open(git.path()), "HEAD"));
    git.git({"update-ref", "refs/exps/ab/cdef/name", commit});
    EXPECT_TRUE(has_ref(runner, open(git.path()), "refs/exps/ab/cdef/name"));
    EXPECT_FALSE(has_ref(runner, open(git.path()), "refs/exps/ab/cdef/nam"));
    EXPECT_FALSE(has_ref(runner, open(git.path()), "main"));
}

// --- URLs ---

TEST(NameInUrl, IsTheLastPartWithoutGit) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"git@github.com:alice/rdvc-demo-project.git", "rdvc-demo-project"},
        {"https://github.com/alice/demo", "demo"},
        {"https://github.com/alice/demo.git/", "demo"},
        {"ssh://git@host:2222/~/demo.git", "demo"},
        {"host:demo", "demo"},
        {"/srv/git/demo.git", "demo"},
        {"/home/alice/demo/.git", "demo"},
        {"../demo", "demo"},
        {"", ""},
        {"/", ""},
    };
    for (const auto& [url, name] : cases)
        EXPECT_EQ(name_in_url(url), name) << url;
}

// One place, however its users write it.
TEST(NormalisedUrl, IsTheSameForEverySpelling) {
    for (const auto* url :
         {"git@github.com:alice/demo.git", "git@github.com:alice/demo",
          "git@GitHub.com:/alice/demo.git", "ssh://git@github.com/alice/demo.git",
          "ssh://git@github.com:22/alice/demo.git/", "https://github.com/alice/demo",
          "https://github.com/alice/demo/", "https://bob@github.com/alice/demo.git",
          "https://bob:p%40ss@github.com/alice/demo.git",
          "https://bob:p@ss@github.com/alice/demo.git", "git://github.com//alice/demo.git"})
        EXPECT_EQ(normalised_url(url), "github.com/alice/demo") << url;
}

TEST(NormalisedUrl, TellsPlacesApart) {
    EXPECT_EQ(normalised_url("git@host:Alice/Demo.git"), "host/Alice/Demo") << "paths have case";
    EXPECT_EQ(normalised_url("ssh://host/~/demo.git"), "host/~/demo");
    EXPECT_EQ(normalised_url("host:~/demo.git"), "host/~/demo");
    EXPECT_EQ(normalised_url("/srv/git/demo.git"), "/srv/git/demo");
    EXPECT_EQ(normalised_url("../demo"), "../demo");
    EXPECT_EQ(normalised_url("./a:b/demo"), "./a:b/demo") << "a path, since `/` comes first";
    EXPECT_EQ(normalised_url(""), "");
    EXPECT_NE(normalised_url("https://[2001:db8::1]/demo"),
              normalised_url("https://[2001:db8::2]/demo"));
}

TEST(NormalisedUrl, KnowsThatAFileUrlIsAPath) {
    EXPECT_EQ(normalised_url("file:///srv/git/demo.git"), normalised_url("/srv/git/demo.git"));
    EXPECT_EQ(normalised_url("/home/alice/demo/.git"), normalised_url("/home/alice/demo"));
}

TEST(WithoutPassword, LeavesTheUserAndTheRest) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"https://alice:secret@host/demo.git", "https://alice@host/demo.git"},
        {"https://alice:se:c@r@et@host:8080/demo.git", "https://alice@host:8080/demo.git"},
        {"https://:secret@host/demo", "https://@host/demo"},
        {"https://alice@host/demo", "https://alice@host/demo"},
        {"https://host:8080/a@b", "https://host:8080/a@b"},
        {"https://host", "https://host"},
        {"ssh://git@host:22/demo", "ssh://git@host:22/demo"},
        {"git@host:alice/demo.git", "git@host:alice/demo.git"},
        {"/srv/a:b@c", "/srv/a:b@c"},
        {"", ""},
    };
    for (const auto& [url, expected] : cases)
        EXPECT_EQ(without_password(url), expected);
}

} // namespace
} // namespace rdvc::project
