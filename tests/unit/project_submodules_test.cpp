// Submodules at the commits that the project names.

#include "project/submodules.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/snapshot.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using base::Exit;
using tests::Folder;
using tests::GitRepository;
using tests::open_repository;
using tests::snapshot_of;
using Texts = std::vector<std::string>;

// A project with a submodule `libs/outer lib` that has a submodule `inner`.
class SubmoduleProject {
  public:
    SubmoduleProject() : inner(folder / "inner"), outer(folder / "outer"), git(folder / "project") {
        inner.write("i", "1");
        inner_commit = inner.commit();
        add_submodule(outer, inner, "inner");
        outer.write("o", "1");
        outer_commit = outer.commit();
        git.write("a", "1");
        add_submodule(git, outer, sub);
        git.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init",
                 "--recursive"});
        head = git.commit();
    }

    static void add_submodule(const GitRepository& to, const GitRepository& from,
                              const std::string& path) {
        to.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
                from.path().string(), path});
    }

    static constexpr auto sub = "libs/outer lib";
    Folder folder;
    GitRepository inner;
    GitRepository outer;
    GitRepository git;
    std::string inner_commit;
    std::string outer_commit;
    std::string head;
};

std::vector<Submodule> submodules_of(const GitRepository& git, const std::string& commit) {
    base::ProcessRunner runner;
    return submodules_of(runner, open_repository(git.path()), commit);
}

// "path commit" each.
Texts shown(const std::vector<Submodule>& submodules) {
    Texts texts;
    for (const auto& submodule : submodules)
        texts.push_back(submodule.path + " " + submodule.commit);
    return texts;
}

TEST(SubmodulesOf, AreNoneInMostProjects) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    EXPECT_EQ(shown(submodules_of(git, git.commit())), Texts{});
    git.write(".gitmodules", "");
    EXPECT_EQ(shown(submodules_of(git, git.commit())), Texts{});
}

TEST(SubmodulesOf, AreAllThatAreCheckedOutHere) {
    const SubmoduleProject project;
    const auto found = submodules_of(project.git, project.head);
    EXPECT_EQ(shown(found), Texts({"libs/outer lib " + project.outer_commit,
                                   "libs/outer lib/inner " + project.inner_commit}));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].url, project.outer.path().string());
    EXPECT_EQ(found[0].repository.top, project.git.path() / project.sub);
    EXPECT_EQ(found[1].repository.top, project.git.path() / project.sub / "inner");
}

TEST(SubmodulesOf, LeaveOutThoseThatAreNot) {
    const SubmoduleProject project;
    const GitRepository outside(project.folder / "unused");
    project.git.git({"-C", project.sub, "submodule", "--quiet", "deinit", "--force", "inner"});
    EXPECT_EQ(shown(submodules_of(project.git, project.head)),
              Texts({"libs/outer lib " + project.outer_commit}));
    project.git.git({"submodule", "--quiet", "deinit", "--force", project.sub});
    EXPECT_EQ(shown(submodules_of(project.git, project.head)), Texts{});
    EXPECT_EQ(snapshot_of(project.git.path()).commit, "") << "it is no change either";
}

TEST(SubmodulesOf, TellNoPassword) {
    const SubmoduleProject project;
    project.git.git(
        {"-C", project.sub, "remote", "set-url", "origin", "https://alice:secret@host/outer.git"});
    EXPECT_EQ(submodules_of(project.git, project.head).at(0).url, "https://alice@host/outer.git");
    project.git.git({"-C", project.sub, "remote", "remove", "origin"});
    EXPECT_EQ(submodules_of(project.git, project.head).at(0).url, "");
}

TEST(SubmodulesOf, RefuseOneThatLacksItsCommit) {
    const SubmoduleProject project;
    project.outer.write("o", "2");
    const auto later = project.outer.commit();
    project.git.git({"update-index", "--cacheinfo", "160000," + later + "," + project.sub});
    project.git.git({"commit", "--quiet", "--message=of somebody who did not push"});
    const auto head = project.git.git({"rev-parse", "HEAD"});
    EXPECT_FAILURE(submodules_of(project.git, head), Exit::not_ready,
                   "error: the submodule `libs/outer lib` does not have its commit " +
                       later.substr(0, 10) + "\n\nhint: git submodule update --init\n");
}

// --- Changes in them ---

TEST(TakeSnapshot, TakesANewCommitOfASubmodule) {
    const SubmoduleProject project;
    const auto sub = project.git.path() / project.sub;
    tests::put_file(sub / "o", "2");
    tests::run_program({"git", "commit", "--quiet", "--all", "--message=new"}, sub);
    const auto commit = tests::run_program({"git", "rev-parse", "HEAD"}, sub);
    const auto before = tests::everything_in(project.git.path());
    const auto snapshot = snapshot_of(project.git.path());
    tests::expect_untouched(before, project.git.path());
    EXPECT_EQ(snapshot.changed, 1U);
    EXPECT_EQ(shown(submodules_of(project.git, snapshot.commit)),
              Texts({"libs/outer lib " + commit, "libs/outer lib/inner " + project.inner_commit}));
    EXPECT_EQ(tests::tree_of(project.git.path(), snapshot.commit),
              tests::tree_of_add_all(project.git.path()));
}

TEST(TakeSnapshot, TakesASubmoduleThatIsNew) {
    const SubmoduleProject project;
    project.add_submodule(project.git, project.inner, "second");
    const auto snapshot = snapshot_of(project.git.path());
    EXPECT_EQ(snapshot.added, Texts({"second"}));
    EXPECT_EQ(shown(submodules_of(project.git, snapshot.commit)).back(),
              "second " + project.inner_commit);
}

TEST(TakeSnapshot, RefusesChangesInASubmodule) {
    const std::string message =
        "error: the submodule `libs/outer lib` has uncommitted changes\n\n"
        "hint: commit them there, or send only what is committed: --only-committed\n";
    for (const std::string file : {"o", "new file", "inner/i", "inner/new"}) {
        for (const std::string ignored : {"none", "all"}) {
            SCOPED_TRACE(file + ", ignore = " + ignored);
            const SubmoduleProject project;
            project.git.git({"config", "submodule.libs/outer lib.ignore", ignored});
            project.git.git({"config", "diff.ignoreSubmodules", ignored});
            tests::put_file(project.git.path() / project.sub / file, "changed");
            EXPECT_FAILURE(snapshot_of(project.git.path()), Exit::not_ready, message);
        }
    }
}

} // namespace
} // namespace rdvc::project
