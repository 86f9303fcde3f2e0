#include "project/pack.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using tests::Folder;
using tests::GitRepository;

Repository repository_at(const fs::path& folder) {
    return {folder, {}, false};
}

// The mirror accepts the pack and then has the whole commit.
void expect_taken(const Pack& pack, const fs::path& mirror, const std::string& commit) {
    base::ProcessRunner runner;
    const auto taken =
        runner.run({.argv = {"git", "-C", mirror.string(), "index-pack", "--stdin", "--fix-thin"},
                    .input = {pack.file}});
    EXPECT_EQ(taken.status, 0) << taken.err;
    tests::run_program({"git", "-C", mirror.string(), "update-ref", "refs/rdvc/x", commit});
    tests::run_program({"git", "-C", mirror.string(), "fsck", "--no-dangling", "--strict"});
}

TEST(MakePack, HoldsWhatTheMirrorLacks) {
    const Folder folder;
    const GitRepository git(folder / "project");
    for (int i = 0; i < 50; ++i)
        git.write("file" + std::to_string(i), std::string(2000, 'a') + std::to_string(i));
    const auto one = git.commit("one");
    git.git({"init", "--quiet", "--bare", (folder / "mirror.git").string()});
    base::ProcessRunner runner;
    const auto all = make_pack(runner, repository_at(git.path()),
                               {.wanted = {one}, .haves = {}, .boundary = {}}, folder / "pack");
    EXPECT_EQ(all.objects, 52U);
    EXPECT_EQ(all.size, fs::file_size(folder / "pack"));
    expect_taken(all, folder / "mirror.git", one);

    git.write("file7", std::string(2000, 'a') + "changed");
    const auto two = git.commit("two");
    git.git({"tag", "--annotate", "--message=m", "v1"});
    const auto more =
        make_pack(runner, repository_at(git.path()),
                  {.wanted = {two, git.git({"rev-parse", "v1"})}, .haves = {one}, .boundary = {}},
                  folder / "pack");
    EXPECT_EQ(more.objects, 4U) << "commit, tree, file, tag";
    EXPECT_LT(more.size, all.size);
    expect_taken(more, folder / "mirror.git", two);
}

TEST(MakePack, IsNothingWhereNothingIsMissing) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const auto commit = git.commit();
    base::ProcessRunner runner;
    const auto pack =
        make_pack(runner, repository_at(git.path()),
                  {.wanted = {commit}, .haves = {commit}, .boundary = {}}, folder / "pack");
    EXPECT_EQ(pack.objects, 0U);
    EXPECT_EQ(pack.size, 0U);
}

TEST(MakePack, PassesOnWhatGitSays) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.commit();
    base::ProcessRunner runner;
    const auto failure = tests::failure_of([&] {
        return make_pack(
            runner, repository_at(git.path()),
            {.wanted = {"0123456789012345678901234567890123456789"}, .haves = {}, .boundary = {}},
            folder / "pack");
    });
    EXPECT_EQ(failure.code, base::Exit::failed);
    EXPECT_TRUE(failure.message.starts_with("error: git pack-objects failed\n  fatal: "))
        << failure.message;
}

// A commit at the boundary travels without its parents; one that the mirror has is not sent again.
TEST(MakePack, EndsAtTheBoundary) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    const auto one = git.commit("one");
    git.write("b", "2");
    const auto two = git.commit("two");
    git.write("c", "3");
    const auto three = git.commit("three");
    struct Case {
        PackContent content;
        std::uint32_t objects;
    };
    const std::vector<Case> cases = {
        {{.wanted = {three}, .haves = {}, .boundary = {}}, 9},
        {{.wanted = {three}, .haves = {}, .boundary = {three}}, 5},
        {{.wanted = {three}, .haves = {}, .boundary = {two}}, 7},
        {{.wanted = {three}, .haves = {}, .boundary = {one}}, 9},
        {{.wanted = {three}, .haves = {two}, .boundary = {three}}, 3},
        {{.wanted = {three}, .haves = {one}, .boundary = {three, one}}, 4},
        {{.wanted = {three}, .haves = {three}, .boundary = {three}}, 0},
    };
    base::ProcessRunner runner;
    for (const auto& one_case : cases)
        EXPECT_EQ(
            make_pack(runner, repository_at(git.path()), one_case.content, folder / "pack").objects,
            one_case.objects);
}

TEST(ShallowBoundary, IsWhereTheHistoryEnds) {
    const Folder folder;
    const GitRepository git(folder / "origin");
    git.commit("one");
    const auto two = git.commit("two");
    git.commit("three");
    base::ProcessRunner runner;
    EXPECT_TRUE(shallow_boundary(runner, repository_at(git.path())).empty());
    const auto clone = folder / "clone";
    git.git({"clone", "--quiet", "--depth=2", "file://" + git.path().string(), clone.string()});
    tests::run_program({"git", "worktree", "add", "--quiet", "--detach", "../linked"}, clone);
    for (const auto& place : {clone, folder / "linked"})
        EXPECT_EQ(shallow_boundary(runner, {place, {}, true}), std::vector<std::string>({two}));
}

// Loose objects and packs alike.
TEST(HistorySize, GrowsWithTheObjects) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.commit();
    base::ProcessRunner runner;
    EXPECT_LT(history_size(runner, repository_at(git.path())), 100'000U);
    std::string noise;
    for (int i = 0; i < 100'000; ++i)
        noise += base::short_hash(std::to_string(i));
    git.write("large", noise);
    git.commit();
    const auto loose = history_size(runner, repository_at(git.path()));
    EXPECT_GT(loose, 300'000U);
    EXPECT_LT(loose, 900'000U);
    git.git({"gc", "--quiet"});
    const auto packed = history_size(runner, repository_at(git.path()));
    EXPECT_GT(packed, 300'000U);
    EXPECT_LT(packed, 900'000U);
}

} // namespace
} // namespace rdvc::project
