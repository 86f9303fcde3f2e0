#include "project/dvc_files.hpp"

#include <gtest/gtest.h>

#include "support/git_repository.hpp"

namespace rdvc::project {
namespace {

using Paths = std::vector<std::string>;

Paths read(const tests::GitRepository& git, const std::string& folder, const Paths& paths) {
    base::ProcessRunner runner;
    const auto repository = find_repository(runner, git.path());
    return files_of_project(runner, *repository, folder, paths, [&](const std::string& below) {
        return std::filesystem::is_directory(git.path() / below / ".dvc");
    });
}

TEST(FilesOfAProject, AreNotThoseOfAnotherOneBelowIt) {
    const tests::Folder folder;
    const tests::GitRepository git(folder / "project");
    git.write("other/.dvc/config", "");
    const Paths paths = {"a.dvc", "dvc.yaml", "other/b.dvc", "other/deep/dvc.yaml", "others/c.dvc"};
    EXPECT_EQ(read(git, "", paths), Paths({"a.dvc", "dvc.yaml", "others/c.dvc"}));
    EXPECT_EQ(read(git, "other", paths), Paths({"other/b.dvc", "other/deep/dvc.yaml"}));
}

TEST(FilesOfAProject, AreNotThoseThatDvcignoreNames) {
    const tests::Folder folder;
    const tests::GitRepository git(folder / "project");
    const Paths paths = {"a.dvc", "sub/keep/dvc.yaml", "sub/x/dvc.yaml", "templates/t/dvc.yaml"};
    for (const auto& path : paths)
        git.write(path, "");
    git.write(".dvcignore", "# a comment\ntemplates/\n");
    git.write("sub/.dvcignore", "/*\n!/keep\n");
    EXPECT_EQ(read(git, "", paths), Paths({"a.dvc", "sub/keep/dvc.yaml"})) << "untracked";
    git.git({"add", "-A"});
    EXPECT_EQ(read(git, "", paths), Paths({"a.dvc", "sub/keep/dvc.yaml"})) << "tracked";
}

} // namespace
} // namespace rdvc::project
