// What `--help` prints, under review.

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "commands/command.hpp"
#include "submission/help.hpp"
#include "support/fake_runner.hpp"
#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/world.hpp"

namespace rdvc::commands {
namespace {

TEST(GoldenHelp, OfRun) {
    tests::expect_golden("run-help.txt", submission::run_help());
}

// Help needs no project, no configuration and no cluster.
std::string help(const Words& words) {
    const tests::Folder folder;
    tests::FakeRunner runner;
    tests::TestWorld world(runner, folder / "home", folder.path());
    const auto outcome = world.run(words);
    EXPECT_EQ(outcome.code, 0) << base::join(words, " ");
    EXPECT_EQ(outcome.err, "") << base::join(words, " ");
    return outcome.out;
}

TEST(GoldenHelp, OfTheRest) {
    std::string text;
    for (const Words& words : {Words{"--help"},
                               Words{"new", "--help"},
                               Words{"init", "--help"},
                               Words{"init", "project", "--help"},
                               Words{"init", "global", "--help"},
                               Words{"init", "remote", "--help"},
                               Words{"status", "--help"},
                               Words{"logs", "--help"},
                               Words{"wait", "--help"},
                               Words{"cancel", "--help"},
                               Words{"retry", "--help"},
                               Words{"pull", "--help"},
                               Words{"recover", "--help"},
                               Words{"show", "--help"},
                               Words{"shell", "--help"},
                               Words{"exec", "--help"},
                               Words{"clean", "--help"},
                               Words{"config", "--help"},
                               Words{"config", "set", "--help"},
                               Words{"config", "list", "--help"},
                               Words{"completion", "--help"},
                               Words{"doctor", "--help"}})
        text += "$ rdvc " + base::join(words, " ") + "\n" + help(words) + "\n";
    tests::expect_golden("help.txt", text);
}

TEST(Help, IsThereForEveryCommand) {
    for (const auto& command : commands()) {
        if (command.summary.empty()) // not for people
            continue;
        EXPECT_NE(help({"--help"}).find("  " + std::string(command.name) + " "), std::string::npos);
        EXPECT_NE(help({std::string(command.name), "--help"}), "");
        EXPECT_EQ(help({std::string(command.name), "-h"}),
                  help({std::string(command.name), "--help"}));
    }
    EXPECT_EQ(help({"help"}), help({"-h"}));
}

TEST(Help, FitsATerminal) {
    for (const auto& line : base::lines(submission::run_help()))
        EXPECT_LE(line.size(), 132U) << line;
}

} // namespace
} // namespace rdvc::commands
