#include "submission/session_arguments.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/expect_error.hpp"

namespace rdvc::submission {
namespace {

using base::Exit;
using Words = std::vector<std::string>;

SessionArguments exec(const Words& words) {
    return parse_session_arguments(words, SessionKind::command);
}
SessionArguments shell(const Words& words) {
    return parse_session_arguments(words, SessionKind::shell);
}

TEST(SessionArguments, OptionsOfSbatchAndACommand) {
    const auto all = exec({"--gpus=1", "--time", "10", "--", "nvidia-smi", "-L", "--", ""});
    EXPECT_EQ(all.run.sbatch, (std::vector<SbatchOption>{{"gpus", "1"}, {"time", "10"}}));
    EXPECT_EQ(all.command, Words({"nvidia-smi", "-L", "--", ""}));
    EXPECT_EQ(all.submission, "");
    EXPECT_FALSE(all.on_login);
}

TEST(SessionArguments, ASubmissionIsTheFirstWord) {
    const auto all = exec({"77.3", "--", "ls"});
    EXPECT_EQ(all.submission, "77.3");
    EXPECT_TRUE(all.run.dvc.empty());
    EXPECT_TRUE(all.run.targets.empty());
    EXPECT_EQ(shell({"--cluster=big", "first"}).submission, "first");
}

TEST(SessionArguments, WhatRunExperimentIsToRun) {
    const auto all = shell({"-S", "lr=0.1", "-n", "try"});
    EXPECT_EQ(all.run.dvc, Words({"-S", "lr=0.1"}));
    EXPECT_EQ(all.run.name, "try");
    EXPECT_TRUE(all.command.empty());
}

TEST(SessionArguments, OnTheLoginNode) {
    EXPECT_TRUE(shell({"--local"}).on_login);
    EXPECT_EQ(exec({"--", "rdvc", "--local"}).command, Words({"rdvc", "--local"}));
    EXPECT_FALSE(exec({"--", "rdvc", "--local"}).on_login);
}

TEST(SessionArguments, HelpNeedsNoCommand) {
    EXPECT_TRUE(exec({"--help"}).run.help);
}

TEST(SessionArguments, Refusals) {
    EXPECT_FAILURE(exec({"7"}), Exit::usage,
                   "error: `rdvc exec` needs a command after `--`\n\nhint: rdvc exec [SUBMISSION] "
                   "[OPTIONS] -- COMMAND [ARGUMENTS]\n");
    EXPECT_FAILURE(exec({"--"}), Exit::usage,
                   "error: `rdvc exec` needs a command after `--`\n\nhint: rdvc exec [SUBMISSION] "
                   "[OPTIONS] -- COMMAND [ARGUMENTS]\n");
    EXPECT_FAILURE(shell({"--", "ls"}), Exit::usage,
                   "error: a command cannot be given: `rdvc shell` starts an interactive "
                   "bash\n\nhint: rdvc exec -- COMMAND\n");
    EXPECT_FAILURE(exec({"7", "ls"}), Exit::usage,
                   "error: `ls` is one word too many\n\nhint: the command comes after `--`: rdvc "
                   "exec [SUBMISSION] -- COMMAND\n");
    EXPECT_FAILURE(shell({"--cmd"}), Exit::usage,
                   "error: `--cmd` cannot be given: `rdvc shell` runs no experiment by "
                   "itself\n\nhint: rdvc exec -- COMMAND\n");
    EXPECT_FAILURE(shell({"--pack=3"}), Exit::usage,
                   "error: `--pack` cannot be given: `rdvc shell` runs no experiment by itself\n");
    EXPECT_FAILURE(shell({"-S", "lr=1,2"}), Exit::usage,
                   "error: a sweep cannot be given: a session is in one workspace, for one "
                   "experiment\n");
    for (const Words& words : {Words{"7", "--time=1"}, Words{"7", "-S", "a=b"}, Words{"7", "-nx"},
                               Words{"7", "--instance=big"}, Words{"7", "--dry-run"}})
        EXPECT_FAILURE(shell(words), Exit::usage,
                       "error: options of a job cannot be given: `7` has its job already\n");
    EXPECT_FAILURE(shell({"7", "--local"}), Exit::usage,
                   "error: `--local` cannot be given: the job of `7` is on a compute node\n");
    EXPECT_FAILURE(shell({"--local", "--gpus=1"}), Exit::usage,
                   "error: options of sbatch cannot be given: with `--local` there is no job\n");
}

} // namespace
} // namespace rdvc::submission
