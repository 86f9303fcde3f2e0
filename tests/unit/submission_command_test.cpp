// `rdvc run --cmd`: which words are the command, and which options are refused with it.

#include <gtest/gtest.h>

#include "submission/arguments.hpp"
#include "support/expect_error.hpp"

namespace rdvc::submission {
namespace {

using base::Exit;
using Words = std::vector<std::string>;

TEST(ParseCommand, TakesItAsTyped) {
    const Words command = {"./run it.sh",     "-S", "a=1,2", "--output=x", "", "--",
                           "it's \"$HOME\"\n"};
    Words words = {"--output=out",
                   "--cmd",
                   "--time=1:00:00",
                   "-n",
                   "bench",
                   "-C",
                   "data",
                   "--code=origin",
                   "--output",
                   "other/folder",
                   "--dry-run",
                   "--only-committed",
                   "-v",
                   "--"};
    words.insert(words.end(), command.begin(), command.end());
    const auto arguments = parse_run_arguments(words);
    EXPECT_TRUE(arguments.is_command);
    EXPECT_EQ(arguments.command, command);
    EXPECT_EQ(arguments.outputs, Words({"out", "other/folder"}));
    EXPECT_EQ(arguments.dvc, Words{});
    EXPECT_EQ(arguments.name, "bench");
    EXPECT_EQ(arguments.copy_paths, Words{"data"});
    EXPECT_EQ(arguments.code, "origin");
    EXPECT_TRUE(arguments.targets.empty());
    EXPECT_TRUE(arguments.dry_run && arguments.only_committed && arguments.verbose);
    const auto experiment = parse_run_arguments({"--", "--cmd"});
    EXPECT_FALSE(experiment.is_command);
    EXPECT_EQ(experiment.dvc, Words({"--", "--cmd"}));
}

TEST(ParseCommand, RefusesWhatMakesNoSenseWithIt) {
    const std::string option = "\n  it is an option of `dvc exp run`, which does not run\n\nhint: "
                               "rdvc run --cmd [OPTIONS] -- COMMAND [ARGUMENTS]\n";
    const std::vector<std::pair<Words, std::string>> cases = {
        {{"--cmd", "-S", "lr=1,2", "-f", "--", "x"},
         "error: `-f` cannot be given with `--cmd`" + option},
        {{"--cmd", "--set-param=lr=1,2", "train", "--", "x"},
         "error: `train` cannot be given with `--cmd`\n  the command and its arguments come after "
         "`--`\n\nhint: rdvc run --cmd [OPTIONS] -- COMMAND [ARGUMENTS]\n"},
        {{"--cmd", "--array-limit=2", "--", "x"},
         "error: `--array-limit` is for sweeps\n\nhint: list the values of a parameter: -S "
         "KEY=A,B,C\n"},
        {{"-f", "--cmd", "--", "x"}, "error: `-f` cannot be given with `--cmd`" + option},
        {{"--cmd", "-qs", "--", "x"}, "error: `-s` cannot be given with `--cmd`" + option},
        {{"--cmd", "--downstream", "--", "x"},
         "error: `--downstream` cannot be given with `--cmd`" + option},
        {{"--cmd", "./work.sh", "1"},
         "error: `./work.sh` cannot be given with `--cmd`\n  the command and its arguments come "
         "after `--`\n\nhint: rdvc run --cmd [OPTIONS] -- COMMAND [ARGUMENTS]\n"},
        {{"--cmd", "--no-pull", "--", "x"},
         "error: `--pull` and `--no-pull` cannot be given with `--cmd`\n  they are options of `dvc "
         "exp run`, which does not run\n"},
        {{"--cmd"},
         "error: `--cmd` needs a command after `--`\n\nhint: rdvc run --cmd [OPTIONS] -- COMMAND "
         "[ARGUMENTS]\n"},
        {{"--cmd", "--"},
         "error: `--cmd` needs a command after `--`\n\nhint: rdvc run --cmd [OPTIONS] -- COMMAND "
         "[ARGUMENTS]\n"},
        {{"--cmd", "--", ""},
         "error: `--cmd` needs a command after `--`\n\nhint: rdvc run --cmd [OPTIONS] -- COMMAND "
         "[ARGUMENTS]\n"},
        {{"--cmd", "--output=", "--", "x"}, "error: `--output` is empty\n"},
        {{"--cmd", "--array=1-3", "--", "x"},
         "error: `--array` cannot be given: rdvc makes one for a sweep: `-S KEY=A,B,C`\n"},
    };
    for (const auto& [words, message] : cases)
        EXPECT_FAILURE(parse_run_arguments(words), Exit::usage, message);
}

} // namespace
} // namespace rdvc::submission
