// `rdvc new`, with the real git.

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/process.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"
#include "support/world.hpp"

namespace rdvc::commands {
namespace {

using tests::content_of;
using tests::run_program;

class New : public ::testing::Test {
  protected:
    New() {
        tests::isolate_git();
        std::filesystem::create_directories(work_);
    }

    tests::Outcome rdvc(const Words& words) {
        tests::TestWorld world(runner_, folder_ / "home", work_);
        return world.run(words);
    }

    // What the folder has besides `names`.
    [[nodiscard]] std::vector<std::string> others(const std::vector<std::string>& names) const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(work_))
            if (const auto name = entry.path().filename().string();
                std::find(names.begin(), names.end(), name) == names.end())
                all.push_back(name);
        return all;
    }

    base::ProcessRunner runner_;
    tests::Folder folder_;
    std::filesystem::path work_ = folder_ / "work";
};

TEST_F(New, WarnsIfAnotherRepositoryContainsTheNewOne) {
    EXPECT_EQ(rdvc({"new", "alone", "--no-lock"}).err.find("warning"), std::string::npos);
    run_program({"git", "init", "--quiet"}, work_);
    const auto made = rdvc({"new", "inner", "--no-lock"});
    EXPECT_EQ(made.code, 0);
    EXPECT_NE(made.err.find("contains inner; move it elsewhere"), std::string::npos) << made.err;
}

TEST_F(New, MakesACommittedProject) {
    const auto made = rdvc({"new", "my-fit", "--no-lock"});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(made.out, "");
    const auto project = work_ / "my-fit";
    EXPECT_EQ(run_program({"git", "status", "--porcelain"}, project), "");
    EXPECT_EQ(run_program({"git", "log", "--format=%s"}, project), "Start my-fit");
    EXPECT_EQ(run_program({"git", "branch", "--show-current"}, project), "main");
    const auto settings = content_of(project / ".rdvc" / "config.toml");
    EXPECT_NE(settings.find("name = \"my-fit\""), std::string::npos) << settings;
    EXPECT_NE(settings.find("id = \""), std::string::npos) << settings;
    EXPECT_EQ(::access((project / "init_env.sh").c_str(), X_OK), 0);
    EXPECT_NE(content_of(project / "src" / "my_fit" / "train.py").find("my_fit.settings"),
              std::string::npos);
    EXPECT_EQ(others({"my-fit"}), std::vector<std::string>{});
}

TEST_F(New, AnExistingFolderIsLeftAlone) {
    tests::put_file(work_ / "full" / "file", "mine");
    const auto full = rdvc({"new", "full", "--no-lock"});
    EXPECT_EQ(full.code, static_cast<int>(base::Exit::not_ready));
    EXPECT_EQ(full.err, "error: `" + (work_ / "full").string() +
                            "` exists already\n\n"
                            "hint: in a project that exists: rdvc init project\n");
    EXPECT_EQ(content_of(work_ / "full" / "file"), "mine");
    std::filesystem::create_directory(work_ / "empty");
    EXPECT_EQ(rdvc({"new", "empty", "--no-lock", "--template", "cpp"}).code, 0);
    EXPECT_EQ(rdvc({"new", "nowhere/x"}).code, static_cast<int>(base::Exit::not_ready));
    EXPECT_EQ(others({"full", "empty"}), std::vector<std::string>{});
}

TEST_F(New, NeedsSomebodyWhoCommits) {
    for (const auto* name : {"GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"})
        ::setenv(name, "", 1);
    const auto nobody = rdvc({"new", "x"});
    tests::isolate_git();
    EXPECT_EQ(nobody.code, static_cast<int>(base::Exit::not_ready));
    EXPECT_TRUE(nobody.err.starts_with("error: git does not know who commits\n")) << nobody.err;
    EXPECT_EQ(others({}), std::vector<std::string>{});
}

TEST_F(New, RefusesOptionsThatMeanNothing) {
    for (const Words& words :
         {Words{"new"}, Words{"new", "a b"}, Words{"new", "json"}, Words{"new", "x", "y"},
          Words{"new", "x", "--template", "rust"}, Words{"new", "x", "--formatter", "yapf"},
          Words{"new", "x", "--template", "cpp", "--formatter", "ruff"},
          Words{"new", "x", "--from", ".", "--template", "cpp"},
          Words{"new", "x", "--data", "novalue"}, Words{"new", "x", "--data", "=v"},
          Words{"new", "x", "--as-template", "--data", "a=b"}})
        EXPECT_EQ(rdvc(words).code, static_cast<int>(base::Exit::usage)) << words.back();
    EXPECT_EQ(others({}), std::vector<std::string>{});
}

TEST_F(New, UsesSomebodysOwnTemplate) {
    tests::put_file(work_ / "own" / "{{ package }}.txt.jinja",
                    "{{ name }} by {{ author }}, {{ lab }}");
    tests::put_file(work_ / "own" / ".git" / "hooks" / "post-commit", "#!/bin/sh\ntouch ran\n");
    const auto lacks = rdvc({"new", "my-x", "--from", "own"});
    EXPECT_EQ(lacks.code, static_cast<int>(base::Exit::not_ready));
    EXPECT_NE(lacks.err.find("hint: --data lab=VALUE\n"), std::string::npos) << lacks.err;
    EXPECT_EQ(rdvc({"new", "my-x", "--from", "own", "--data", "lab=C 3"}).code, 0);
    EXPECT_EQ(content_of(work_ / "my-x" / "my_x.txt"), "my-x by Alice, C 3");
    EXPECT_TRUE(std::filesystem::exists(work_ / "my-x" / ".dvc" / "config"));
    EXPECT_FALSE(std::filesystem::exists(work_ / "my-x" / ".git" / "hooks" / "post-commit"));
    EXPECT_EQ(others({"own", "my-x"}), std::vector<std::string>{});
}

TEST_F(New, ClonesATemplate) {
    const tests::GitRepository repository(work_ / "origin");
    repository.write("a.jinja", "{{ name }}");
    repository.commit();
    EXPECT_EQ(rdvc({"new", "x", "--from", "file://" + (work_ / "origin").string()}).code, 0);
    EXPECT_EQ(content_of(work_ / "x" / "a"), "x");
    const auto nowhere = rdvc({"new", "y", "--from", "--upload-pack=touch ran"});
    EXPECT_EQ(nowhere.code, static_cast<int>(base::Exit::not_ready)) << nowhere.err;
    EXPECT_EQ(others({"origin", "x"}), std::vector<std::string>{});
}

TEST_F(New, RefusesATemplateThatReachesOutOfItself) {
    const auto own = work_ / "own";
    tests::put_file(own / "a", "");
    std::filesystem::create_symlink("/etc/passwd", own / "link");
    EXPECT_NE(rdvc({"new", "x", "--from", "own"}).err.find("is a symbolic link"),
              std::string::npos);
    std::filesystem::remove(own / "link");
    tests::put_file(own / "sub" / ".git" / "config", "");
    EXPECT_NE(rdvc({"new", "x", "--from", "own"}).err.find("belongs to another Git repository"),
              std::string::npos);
    std::filesystem::remove_all(own / "sub");
    tests::put_file(own / "large", "");
    std::filesystem::resize_file(own / "large", 11'000'000);
    EXPECT_NE(rdvc({"new", "x", "--from", "own"}).err.find("too large for a template (11 MB)"),
              std::string::npos);
    EXPECT_EQ(others({"own"}), std::vector<std::string>{});
}

TEST_F(New, WritesATemplateToStartFrom) {
    EXPECT_EQ(rdvc({"new", "ours", "--as-template", "--template", "cpp"}).code, 0);
    EXPECT_TRUE(std::filesystem::exists(work_ / "ours" / "copier.yml"));
    EXPECT_TRUE(std::filesystem::exists(work_ / "ours" / "src" / "model.cpp.jinja"));
    EXPECT_NE(rdvc({"new", "ours", "--as-template"}).code, 0);
}

} // namespace
} // namespace rdvc::commands
