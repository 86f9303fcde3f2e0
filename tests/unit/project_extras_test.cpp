// Ignored files that the user names, and the content that Git LFS keeps outside of Git.

#include "project/extras.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/fake_runner.hpp"
#include "support/snapshot.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using base::Exit;
using tests::Folder;
using tests::GitRepository;
using tests::open_repository;
using Texts = std::vector<std::string>;

// --- Files that the user names ---

TEST(FilesBelow, EntersFoldersAndTakesFilesAsTheyAre) {
    const Folder folder;
    const GitRepository git(folder / "project");
    for (const auto* name : {"data/b", "data/a", "data/deep/er/c", "data/.hidden", "other",
                             "data/with\nend", "..odd/file", ".github/x"})
        git.write(name, "x");
    fs::create_directory(git.path() / "data" / "empty");
    fs::create_symlink("a", git.path() / "data" / "link");
    fs::create_symlink("/nowhere", git.path() / "data" / "broken");
    fs::create_symlink("deep", git.path() / "data" / "link to folder");
    const GitRepository inner(git.path() / "data" / "inner");
    inner.write("file", "x");
    const Texts data = {"data/.hidden",   "data/a",          "data/b",    "data/broken",
                        "data/deep/er/c", "data/inner/file", "data/link", "data/link to folder",
                        "data/with\nend"};
    const std::vector<std::pair<Texts, Texts>> cases = {
        {{}, {}},
        {{"other"}, {"other"}},
        {{"data"}, data},
        {{"data/"}, data},
        {{"./data/../data"}, data},
        {{"data/link"}, {"data/link"}},
        {{"data/broken"}, {"data/broken"}},
        {{"data/link to folder"}, {"data/link to folder"}},
        {{"data/empty"}, {}},
        {{"data/deep", "other", "data/deep/er/c"}, {"data/deep/er/c", "other"}},
        {{"..odd"}, {"..odd/file"}},
        {{".github"}, {".github/x"}},
    };
    for (const auto& [paths, files] : cases)
        EXPECT_EQ(files_below(open_repository(git.path()), paths), files) << base::quote_all(paths);
}

TEST(FilesBelow, RefusesWhatIsNotInTheWorkTree) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "x");
    tests::put_file(folder / "outside", "x");
    const auto repository = open_repository(git.path());
    for (const std::string path : {"../outside", "..", "a/../../outside", "/etc/passwd", ".git",
                                   ".git/config", "x/../.git/config"})
        EXPECT_FAILURE(files_below(repository, {path}), Exit::usage,
                       "error: `" + path + "` is not in the work tree\n");
    for (const std::string path : {"none", "a/none", "no\nne"})
        EXPECT_FAILURE(files_below(repository, {"a", path}), Exit::usage,
                       "error: `" + tests::replaced(path, "\n", "\\x0a") +
                           "` does not exist\n  it was given with --copy-paths\n");
}

// --- The commit ---

TEST(MakeExtras, HoldsFilesAsTheyAre) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.git({"config", "filter.upper.clean", "tr a-z A-Z"});
    git.write(".gitattributes", "* filter=upper\n*.txt text eol=lf\n");
    const auto head = git.commit();
    const Texts names = {"plain",   "deep/er/file", "line\nend", "\"quoted\"\n\\n", "-n",    "\xff",
                         "a b.txt", "tab\t",        "dos\r",     "\xe4\r",          "\r\n\r"};
    for (const auto& name : names)
        git.write(name, "content\r\nof " + name);
    git.write("run.sh", "#!/bin/bash\n");
    fs::permissions(git.path() / "run.sh", fs::perms::owner_exec, fs::perm_options::add);
    fs::create_symlink("/no where\n", git.path() / "link");
    auto all = names;
    all.insert(all.end(), {"run.sh", "link"});
    const auto before = tests::everything_in(git.path());
    base::ProcessRunner runner;
    const auto repository = open_repository(git.path());
    const auto commit = make_extras(runner, repository, head, {.copies = all, .lfs = {}});
    tests::expect_untouched(before, git.path());
    EXPECT_EQ(git.git({"rev-parse", commit + "^@"}), head);
    EXPECT_EQ(tests::files_of(git.path(), commit).size(), all.size());
    for (const auto& name : names) {
        const auto blob =
            runner.run({.argv = {"git", "cat-file", "blob", commit + ":copies/" + name},
                        .folder = git.path()});
        EXPECT_EQ(blob.out, "content\r\nof " + name) << "no filter, no other line ends";
    }
    EXPECT_EQ(git.git({"ls-tree", commit + ":copies", "run.sh"}).substr(0, 7), "100755 ");
    EXPECT_EQ(git.git({"ls-tree", commit + ":copies", "plain"}).substr(0, 7), "100644 ");
    EXPECT_EQ(git.git({"ls-tree", commit + ":copies", "link"}).substr(0, 7), "120000 ");
    EXPECT_EQ(runner
                  .run({.argv = {"git", "cat-file", "blob", commit + ":copies/link"},
                        .folder = git.path()})
                  .out,
              "/no where\n");
    EXPECT_EQ(make_extras(runner, repository, head, {.copies = all, .lfs = {}}), commit)
        << "the same each time";
}

TEST(MakeExtras, IsNothingForNothing) {
    tests::FakeRunner runner;
    EXPECT_EQ(make_extras(runner, {"/p", "", false}, "c0ffee", {}), "");
}

// --- Git LFS ---

constexpr auto attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n";

std::string sha256(const std::string& content) {
    base::ProcessRunner runner;
    return runner.run({.argv = {"sha256sum"}, .input = {content}}).out.substr(0, 64);
}

std::string pointer_to(const std::string& content) {
    return "version https://git-lfs.github.com/spec/v1\noid sha256:" + sha256(content) + "\nsize " +
           std::to_string(content.size()) + "\n";
}

// As `git lfs` leaves content here.
void put_content(const fs::path& git_dir, const std::string& content) {
    const auto oid = sha256(content);
    tests::put_file(git_dir / "lfs" / "objects" / oid.substr(0, 2) / oid.substr(2, 2) / oid,
                    content);
}

Texts lfs_objects_of(const fs::path& folder, const std::string& commit) {
    base::ProcessRunner runner;
    return lfs_objects(runner, open_repository(folder), commit);
}

TEST(LfsObjects, AreNoneWhereNothingAsksForThem) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a.bin", pointer_to("a"));
    EXPECT_EQ(lfs_objects_of(git.path(), git.commit()), Texts{});
    git.write(".gitattributes", "*.bin -text\n# *.bin filter = lfs\n");
    EXPECT_EQ(lfs_objects_of(git.path(), git.commit()), Texts{});
}

TEST(LfsObjects, AreThoseOfAllAttributesOfTheCommit) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write(".gitattributes", attributes);
    git.write("sub/deep/.gitattributes", "*.dat filter=lfs\nraw.bin -filter\n");
    git.write("a.bin", pointer_to("content a"));
    git.write("sub/line\nend.bin", pointer_to("content b"));
    git.write("sub/twice.bin", pointer_to("content a"));
    git.write("sub/deep/c.dat", pointer_to("content c"));
    git.write("sub/d.dat", pointer_to("no attribute here"));
    git.write("sub/deep/raw.bin", pointer_to("none here either"));
    fs::create_symlink("a.bin", git.path() / "link.bin");
    const auto commit = git.commit();
    for (const auto* content : {"content a", "content b", "content c"})
        put_content(git.path() / ".git", content);
    Texts expected = {sha256("content a"), sha256("content b"), sha256("content c")};
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(lfs_objects_of(git.path(), commit), expected);
    EXPECT_EQ(lfs_objects_of(git.path() / "sub", commit), expected);

    // The commit decides, not the work tree.
    git.write(".gitattributes", "");
    git.write("sub/deep/.gitattributes", "");
    git.write("new.bin", pointer_to("content d"));
    const auto before = tests::everything_in(git.path());
    EXPECT_EQ(lfs_objects_of(git.path(), commit), expected);
    tests::expect_untouched(before, git.path());
    EXPECT_EQ(lfs_objects_of(git.path(), git.commit()), Texts{});
}

// `git lfs track` in a subfolder, not committed yet: only the snapshot knows of it.
TEST(LfsObjects, AreThoseOfAttributesThatAreNew) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    git.commit();
    git.write("sub/deep/.gitattributes", attributes);
    git.write("sub/deep/a.bin", pointer_to("content a"));
    put_content(git.path() / ".git", "content a");
    const auto snapshot = tests::snapshot_of(git.path()).commit;
    EXPECT_EQ(lfs_objects_of(git.path(), snapshot), Texts({sha256("content a")}));
}

TEST(LfsObjects, AreFoundFromALinkedWorkTree) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write(".gitattributes", attributes);
    git.write("a.bin", pointer_to("content a"));
    const auto commit = git.commit();
    put_content(git.path() / ".git", "content a");
    git.git({"worktree", "add", "--quiet", "--detach", (folder / "linked").string()});
    EXPECT_EQ(lfs_objects_of(folder / "linked", commit), Texts({sha256("content a")}));
}

TEST(LfsObjects, NamesTheFilesWhoseContentIsNotHere) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write(".gitattributes", attributes);
    git.write("a.bin", pointer_to("here"));
    git.write("sub/b c.bin", pointer_to("not here"));
    git.write("z.bin", pointer_to("not here either"));
    const auto commit = git.commit();
    put_content(git.path() / ".git", "here");
    EXPECT_FAILURE(lfs_objects_of(git.path(), commit), Exit::not_ready,
                   "error: the content of files in Git LFS is not here\n"
                   "  sub/b c.bin\n  z.bin\n\nhint: git lfs pull\n");
}

// Files from before the attribute, and files that only resemble a pointer, are content themselves.
TEST(LfsObjects, PassesOverFilesThatAreNoPointers) {
    const std::string start = "version https://git-lfs.github.com/spec/v1\n";
    const std::vector<std::string> contents = {
        "",
        "content",
        std::string(100'000, '\0'),
        start,
        start + "size 3\n",
        start + "oid sha256:",
        start + "oid sha256:\nsize 3\n",
        start + "oid sha256:a",
        start + "oid sha256:abc\nsize 3\n",
        start + "oid sha256:" + std::string(63, 'a') + "\nsize 3\n",
        start + "oid sha256:" + std::string(64, 'g') + "\nsize 3\n",
        start + "oid sha256:" + std::string(64, '/') + "\nsize 3\n",
        start + "oid sha256:../../../../../../../../../../../../../../../../../../etc/passwd\n",
        start + "oid sha512:" + std::string(64, 'a') + "\nsize 3\n",
        "x" + start + "oid sha256:" + std::string(64, 'a') + "\nsize 3\n",
    };
    for (const auto& content : contents) {
        const Folder folder;
        const GitRepository git(folder / "project");
        git.write(".gitattributes", attributes);
        git.write("a.bin", content);
        EXPECT_EQ(lfs_objects_of(git.path(), git.commit()), Texts{}) << content.substr(0, 150);
    }
}

TEST(MakeExtras, HoldsContentOfLfsByItsHash) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const std::string content("binary\0content\r\n", 16);
    git.write(".gitattributes", attributes);
    git.write("a.bin", pointer_to(content));
    git.write("ignored", "x");
    const auto head = git.commit();
    put_content(git.path() / ".git", content);
    base::ProcessRunner runner;
    const auto commit =
        make_extras(runner, open_repository(git.path()), head,
                    {.copies = {"ignored"}, .lfs = lfs_objects_of(git.path(), head)});
    EXPECT_EQ(tests::files_of(git.path(), commit),
              Texts({"100644 copies/ignored", "100644 lfs/" + sha256(content)}));
    EXPECT_EQ(runner
                  .run({.argv = {"git", "cat-file", "blob", commit + ":lfs/" + sha256(content)},
                        .folder = git.path()})
                  .out,
              content);
}

} // namespace
} // namespace rdvc::project
