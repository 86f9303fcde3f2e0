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

Repository open(const fs::path& folder) {
    return {folder, {}, false};
}

// The mirror takes what was packed and has the whole commit then.
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
    const auto all = make_pack(runner, open(git.path()), {one}, {}, folder / "pack");
    EXPECT_EQ(all.objects, 52U);
    EXPECT_EQ(all.size, fs::file_size(folder / "pack"));
    expect_taken(all, folder / "mirror.git", one);

    git.write("file7", std::string(2000, 'a') + "changed");
    const auto two = git.commit("two");
    git.git({"tag", "--annotate", "--message=m", "v1"});
    const auto more = make_pack(runner, open(git.path()), {two, git.git({"rev-parse", "v1"})},
                                {one}, folder / "pack");
    EXPECT_EQ(more.objects, 4U) << "commit, tree, file, tag";
    EXPECT_LT(more.size, all.size);
    expect_taken(more, folder / "mirror.git", two);
}

TEST(MakePack, IsNothingWhereNothingIsMissing) {
    const Folder folder;
    const GitRepository git(folder / "project");
    const auto commit = git.commit();
    base::ProcessRunner runner;
    const auto pack = make_pack(runner, open(git.path()), {commit}, {commit}, folder / "pack");
    EXPECT_EQ(pack.objects, 0U);
    EXPECT_EQ(pack.size, 0U);
}

TEST(MakePack, PassesOnWhatGitSays) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.commit();
    base::ProcessRunner runner;
    const auto failure = tests::failure_of([&] {
        return make_pack(runner, open(git.path()), {"0123456789012345678901234567890123456789"}, {},
                         folder / "pack");
    });
    EXPECT_EQ(failure.code, base::Exit::failed);
    EXPECT_TRUE(failure.message.starts_with("error: git pack-objects failed\n  fatal: "))
        << failure.message;
}

} // namespace
} // namespace rdvc::project
