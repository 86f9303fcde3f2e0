// A snapshot has what `git add -A` would commit, whatever has changed.

#include "project/snapshot.hpp"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "support/snapshot.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using tests::Folder;
using tests::GitRepository;
using tests::snapshot_of;
using Texts = std::vector<std::string>;

// A project with a file of every kind, committed.
class SnapshotProject {
  public:
    SnapshotProject() : git(folder / "project") {
        git.write(".gitignore", "ignored\n*.log\n");
        for (const auto* name : {"a", "b", "c", "folder/x", "folder/y", "folder/deep/z"})
            git.write(name, std::string("content of ") + name + "\n");
        git.write("tool.sh", "#!/bin/bash\n");
        fs::permissions(git.path() / "tool.sh", fs::perms::owner_exec, fs::perm_options::add);
        fs::create_symlink("a", git.path() / "link");
        head = git.commit();
    }

    [[nodiscard]] fs::path operator/(const std::string& name) const { return git.path() / name; }
    void remove(const std::string& name) const { fs::remove_all(git.path() / name); }
    void link(const std::string& target, const std::string& name) const {
        fs::create_symlink(target, git.path() / name);
    }
    void make_executable(const std::string& name) const {
        fs::permissions(git.path() / name, fs::perms::owner_exec, fs::perm_options::add);
    }

    Folder folder;
    GitRepository git;
    std::string head;
};

struct Case {
    std::string title;
    std::function<void(const SnapshotProject&)> edit;
    std::size_t changed = 0;
    std::size_t deleted = 0;
    Texts added = {};
};

void expect_snapshot(const Case& one) {
    SCOPED_TRACE(one.title);
    const SnapshotProject project;
    one.edit(project);
    const auto before = tests::everything_in(project.git.path());
    const auto snapshot = snapshot_of(project.git.path());
    tests::expect_untouched(before, project.git.path());
    EXPECT_EQ(snapshot.changed, one.changed);
    EXPECT_EQ(snapshot.deleted, one.deleted);
    auto added = snapshot.added;
    std::sort(added.begin(), added.end());
    EXPECT_EQ(added, one.added);
    EXPECT_EQ(snapshot.beside, Texts{});
    const auto expected = tests::tree_of_add_all(project.git.path());
    if (expected == tests::tree_of(project.git.path(), project.head)) {
        EXPECT_EQ(snapshot.commit, "") << "it is HEAD's content";
        return;
    }
    ASSERT_NE(snapshot.commit, "");
    EXPECT_EQ(tests::tree_of(project.git.path(), snapshot.commit), expected)
        << project.git.git({"diff", "--name-status", expected, snapshot.commit});
    EXPECT_EQ(project.git.git({"rev-parse", snapshot.commit + "^@"}), project.head) << "the parent";
}

TEST(TakeSnapshot, HoldsChangesOfFiles) {
    const std::vector<Case> cases = {
        {"nothing", [](const auto&) {}},
        {"modified", [](const auto& p) { p.git.write("a", "new\n"); }, 1},
        {"staged",
         [](const auto& p) {
             p.git.write("a", "new\n");
             p.git.git({"add", "a"});
         },
         1},
        {"staged, then modified",
         [](const auto& p) {
             p.git.write("a", "new\n");
             p.git.git({"add", "a"});
             p.git.write("a", "newer\n");
         },
         1},
        {"emptied", [](const auto& p) { p.git.write("folder/x", ""); }, 1},
        {"deleted", [](const auto& p) { p.remove("a"); }, 0, 1},
        {"staged, then deleted",
         [](const auto& p) {
             p.git.write("a", "new\n");
             p.git.git({"add", "a"});
             p.remove("a");
         },
         0, 1},
        {"deletion staged",
         [](const auto& p) {
             p.git.git({"rm", "--quiet", "a"});
         },
         0, 1},
        {"a folder deleted", [](const auto& p) { p.remove("folder"); }, 0, 3},
        {"all deleted",
         [](const auto& p) {
             for (const auto* name : {".gitignore", "a", "b", "c", "folder", "tool.sh", "link"})
                 p.remove(name);
         },
         0, 9},
        {"renamed",
         [](const auto& p) {
             p.git.git({"mv", "a", "folder/renamed"});
         },
         0,
         1,
         {"folder/renamed"}},
        {"renamed by hand",
         [](const auto& p) { fs::rename(p / "folder", p / "moved"); },
         0,
         3,
         {"moved/deep/z", "moved/x", "moved/y"}},
        {"made executable", [](const auto& p) { p.make_executable("a"); }, 1},
        {"no longer executable",
         [](const auto& p) {
             fs::permissions(p / "tool.sh", fs::perms::owner_exec, fs::perm_options::remove);
         },
         1},
        {"mode and content",
         [](const auto& p) {
             p.git.write("a", "new\n");
             p.make_executable("a");
         },
         1},
        {"touched alone",
         [](const auto& p) {
             fs::last_write_time(p / "a", fs::file_time_type::clock::now() + std::chrono::hours(1));
         }},
    };
    for (const auto& one : cases)
        expect_snapshot(one);
}

TEST(TakeSnapshot, HoldsChangesOfType) {
    const std::vector<Case> cases = {
        {"file becomes link",
         [](const auto& p) {
             p.remove("a");
             p.link("b", "a");
         },
         1},
        {"link becomes file",
         [](const auto& p) {
             p.remove("link");
             p.git.write("link", "a file\n");
         },
         1},
        {"link to elsewhere",
         [](const auto& p) {
             p.remove("link");
             p.link("/nowhere/at all", "link");
         },
         1},
        {"link to a folder",
         [](const auto& p) {
             p.remove("link");
             p.link("folder", "link");
         },
         1},
        {"file becomes folder",
         [](const auto& p) {
             p.remove("a");
             p.git.write("a/inner/file", "x\n");
         },
         0,
         1,
         {"a/inner/file"}},
        {"file becomes folder, staged",
         [](const auto& p) {
             p.remove("a");
             p.git.write("a/inner/file", "x\n");
             p.git.git({"add", "--all"});
         },
         0,
         1,
         {"a/inner/file"}},
        {"folder becomes file",
         [](const auto& p) {
             p.remove("folder");
             p.git.write("folder", "x\n");
         },
         0,
         3,
         {"folder"}},
        {"link becomes folder",
         [](const auto& p) {
             p.remove("link");
             p.git.write("link/file", "x\n");
         },
         0,
         1,
         {"link/file"}},
        {"folder becomes broken link",
         [](const auto& p) {
             p.remove("folder");
             p.link("/nowhere", "folder");
         },
         0,
         3,
         {"folder"}},
        {"folder becomes link to a folder with the same files",
         [](const auto& p) {
             fs::rename(p / "folder", p.folder / "elsewhere");
             p.link(p.folder / "elsewhere", "folder");
         },
         0,
         3,
         {"folder"}},
        {"folder moved, with a link in its place",
         [](const auto& p) {
             fs::rename(p / "folder", p / "moved");
             p.link("moved", "folder");
         },
         0,
         3,
         {"folder", "moved/deep/z", "moved/x", "moved/y"}},
        {"empty folder in a file's place",
         [](const auto& p) {
             p.remove("a");
             fs::create_directory(p / "a");
         },
         0, 1},
    };
    for (const auto& one : cases)
        expect_snapshot(one);
}

TEST(TakeSnapshot, HoldsNewFiles) {
    const std::vector<Case> cases = {
        {"untracked", [](const auto& p) { p.git.write("new", "x\n"); }, 0, 0, {"new"}},
        {"empty", [](const auto& p) { p.git.write("new", ""); }, 0, 0, {"new"}},
        {"in new folders",
         [](const auto& p) {
             p.git.write("new/er/file", "x\n");
             p.git.write("folder/new", "y\n");
         },
         0,
         0,
         {"folder/new", "new/er/file"}},
        {"executable",
         [](const auto& p) {
             p.git.write("run", "#!/bin/bash\n");
             p.make_executable("run");
         },
         0,
         0,
         {"run"}},
        {"link", [](const auto& p) { p.link("a", "second"); }, 0, 0, {"second"}},
        {"broken link", [](const auto& p) { p.link("/nowhere", "broken"); }, 0, 0, {"broken"}},
        {"link to a folder", [](const auto& p) { p.link("folder", "second"); }, 0, 0, {"second"}},
        {"added",
         [](const auto& p) {
             p.git.write("new", "x\n");
             p.git.git({"add", "new"});
         },
         0,
         0,
         {"new"}},
        {"added, then modified",
         [](const auto& p) {
             p.git.write("new", "x\n");
             p.git.git({"add", "new"});
             p.git.write("new", "y\n");
         },
         0,
         0,
         {"new"}},
        {"added, then deleted",
         [](const auto& p) {
             p.git.write("new", "x\n");
             p.git.git({"add", "new"});
             p.remove("new");
         }},
        {"intended to be added",
         [](const auto& p) {
             p.git.write("new", "x\n");
             p.git.git({"add", "--intent-to-add", "new"});
         },
         0,
         0,
         {"new"}},
        {"intended to be added, then deleted",
         [](const auto& p) {
             p.git.write("new", "x\n");
             p.git.git({"add", "--intent-to-add", "new"});
             p.remove("new");
         }},
        {"ignored stays out",
         [](const auto& p) {
             p.git.write("ignored", "x\n");
             p.git.write("folder/run.log", "x\n");
             p.git.write("new/run.log", "x\n");
         }},
        {"ignored, added by force",
         [](const auto& p) {
             p.git.write("ignored", "x\n");
             p.git.git({"add", "--force", "ignored"});
         },
         0,
         0,
         {"ignored"}},
        {"ignored by a rule that is new",
         [](const auto& p) {
             p.git.write("new", "x\n");
             p.git.write(".gitignore", "new\n");
             p.git.write("ignored", "x\n");
         },
         1,
         0,
         {"ignored"}},
        {"empty folder", [](const auto& p) { fs::create_directory(p / "empty"); }},
    };
    for (const auto& one : cases)
        expect_snapshot(one);
}

// `git rm --cached`: not in the index, but it still exists.
TEST(TakeSnapshot, TakesFilesThatLeftTheIndexAsGitDoes) {
    const std::vector<Case> cases = {
        {"still there, as it was",
         [](const auto& p) {
             p.git.git({"rm", "--quiet", "--cached", "a"});
         }},
        {"still there, modified",
         [](const auto& p) {
             p.git.git({"rm", "--quiet", "--cached", "a"});
             p.git.write("a", "new\n");
         },
         1},
        {"still there, and ignored from now on",
         [](const auto& p) {
             p.git.git({"rm", "--quiet", "--cached", "a"});
             p.git.write(".gitignore", "a\n");
         },
         1, 1},
        {"still there, and intended to be added again",
         [](const auto& p) {
             p.git.git({"rm", "--quiet", "--cached", "a"});
             p.git.write("a", "new\n");
             p.git.git({"add", "--intent-to-add", "a"});
         },
         1},
        {"intended to be added again, then deleted", // "DD", and no conflict
         [](const auto& p) {
             p.git.git({"rm", "--quiet", "--cached", "a"});
             p.git.git({"add", "--intent-to-add", "a"});
             p.remove("a");
         },
         0, 1},
        {"a folder of that name instead",
         [](const auto& p) {
             p.git.git({"rm", "--quiet", "a"});
             p.git.write("a/file", "x\n");
         },
         0,
         1,
         {"a/file"}},
        {"its folder is a link now",
         [](const auto& p) {
             p.git.git({"rm", "--quiet", "-r", "folder"});
             fs::create_directory(p.folder / "elsewhere");
             tests::put_file(p.folder / "elsewhere" / "x", "x\n");
             p.link(p.folder / "elsewhere", "folder");
         },
         0,
         3,
         {"folder"}},
    };
    for (const auto& one : cases)
        expect_snapshot(one);
}

} // namespace
} // namespace rdvc::project
