// `rdvc uninstall` on this machine. The rest is in commands_fake_slurm_test.cpp,
// state_uninstall_test.cpp and tests/e2e/uninstall.bats.

#include <gtest/gtest.h>

#include "commands/uninstall_local.hpp"

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

} // namespace
} // namespace rdvc::commands
