// `rdvc uninstall` on this machine. The rest is in commands_fake_slurm_test.cpp,
// state_uninstall_test.cpp and tests/e2e/uninstall.bats.

#include <gtest/gtest.h>

#include "commands/uninstall_local.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"
#include "support/world.hpp"

namespace rdvc::commands {
namespace {

TEST(HowToRemove, ByTheWayTheProgramWasInstalled) {
    const auto how = [](const std::string& path, const std::string& there = "") {
        return how_to_remove(path, [&](const std::filesystem::path& one) { return one == there; });
    };
    EXPECT_EQ(how("/home/me/.local/share/pipx/venvs/rdvc/bin/rdvc"), "pipx uninstall rdvc");
    EXPECT_EQ(how("/home/me/.local/share/uv/tools/rdvc/bin/rdvc"), "uv tool uninstall rdvc");
    EXPECT_EQ(how("/p/my venv/bin/rdvc", "/p/my venv/pyvenv.cfg"),
              "'/p/my venv/bin/python' -m pip uninstall rdvc");
    EXPECT_EQ(how("/opt/conda/bin/rdvc", "/opt/conda/conda-meta"),
              "/opt/conda/bin/python -m pip uninstall rdvc");
    EXPECT_EQ(how("/usr/bin/rdvc"), "sudo apt remove rdvc");
    EXPECT_EQ(how("/usr/local/bin/rdvc"), "rm /usr/local/bin/rdvc");
    EXPECT_EQ(how("/home/me/.local/bin/rdvc"),
              "pip uninstall rdvc  (or, if you copied it there: rm /home/me/.local/bin/rdvc)");
}

class UninstallLocal : public ::testing::Test {
  protected:
    UninstallLocal() { tests::put_file(state() / "submissions.jsonl", "{}\n"); }

    [[nodiscard]] std::filesystem::path state() const {
        return folder_ / "home" / ".local" / "state" / "rdvc";
    }

    tests::Folder folder_;
    base::ProcessRunner processes_;
    tests::TestWorld world_{processes_, folder_ / "home", folder_.path()};
};

TEST_F(UninstallLocal, RemovesRecordsInReadOnlyFolders) {
    tests::put_file(state() / "sealed" / "file", "");
    std::filesystem::permissions(state() / "sealed", std::filesystem::perms(0500));
    const auto outcome = world_.run({"uninstall", "--local", "--yes"});
    EXPECT_EQ(outcome.code, tests::done) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(state()));
}

// Its home may have results that are nowhere else.
TEST_F(UninstallLocal, LeavesASandboxAlone) {
    const auto result = state() / "sandbox" / "slurm" / "cluster" / "home" / "result";
    tests::put_file(result, std::string(4096, 'x'));
    const auto listed = world_.run({"uninstall", "--json"});
    EXPECT_NE(listed.out.find("\"kind\": \"sandbox\""), std::string::npos) << listed.out;
    EXPECT_NE(listed.out.find("\"bytes\": 4096"), std::string::npos) << listed.out;
    EXPECT_NE(listed.out.find("\"bytes\": 3,"), std::string::npos) << listed.out;
    const auto outcome = world_.run({"uninstall", "--local", "--yes"});
    EXPECT_EQ(outcome.code, static_cast<int>(base::Exit::not_ready)) << outcome.err;
    EXPECT_NE(outcome.err.find("rdvc sandbox down --purge"), std::string::npos) << outcome.err;
    EXPECT_TRUE(std::filesystem::exists(result));
    EXPECT_TRUE(std::filesystem::exists(state() / "submissions.jsonl"));
}

} // namespace
} // namespace rdvc::commands
