// The reason of a failure, from the output of DVC 3.67, git, pip and uv.

#include "project/failure.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace rdvc::project {
namespace {

std::string reason(std::string_view text) {
    return failure_in(base::lines(text));
}

TEST(Failure, IsTheStagesOfDvc) {
    EXPECT_EQ(reason("Running stage '02_train':\n"
                     "> python3 -c \"raise ValueError('no such molecule')\"\n"
                     "Traceback (most recent call last):\n"
                     "  File \"<string>\", line 1, in <module>\n"
                     "ValueError: no such molecule\n"
                     "ERROR: failed to reproduce '02_train': failed to run: python3 -c \"raise "
                     "ValueError('no such molecule')\", exited with 1\n"),
              "failed to reproduce '02_train': failed to run: python3 -c \"raise ValueError('no "
              "such molecule')\", exited with 1: ValueError: no such molecule");
    EXPECT_EQ(reason("Running stage 'train':\n> exit 3\n"
                     "ERROR: failed to reproduce 'train': failed to run: exit 3, exited with 3\n"),
              "failed to reproduce 'train': failed to run: exit 3, exited with 3");
    EXPECT_EQ(reason("epoch 3: loss 0.5\n"
                     "ERROR: failed to reproduce 'train': failed to run: ./train, exited with 3\n"),
              "failed to reproduce 'train': failed to run: ./train, exited with 3")
        << "what is no error is not quoted";
    EXPECT_EQ(reason("ERROR: failed to reproduce 'train': failed to run: ./train \\\n"
                     "    --lr 0.1\n, exited with 2\n"),
              "failed to reproduce 'train': failed to run: ./train \\ --lr 0.1 , exited with 2");
    EXPECT_EQ(reason("ERROR: failed to reproduce 'a': output 'x' does not exist\n"),
              "failed to reproduce 'a': output 'x' does not exist");
}

TEST(Failure, IsWhatHydraSays) {
    EXPECT_EQ(reason("ERROR: unexpected error - Could not override 'fabric'.\n"
                     "To append to your config use +fabric=1: Key 'fabric' is not in struct\n"
                     "    full_key: fabric\n    object_type=dict\n\n"
                     "Having any troubles? Hit us up at https://dvc.org/support, we are always "
                     "happy to help!\n"),
              "Could not override 'fabric'. To append to your config use +fabric=1: Key 'fabric' "
              "is not in struct");
    EXPECT_EQ(reason("ERROR: unexpected error - In 'config': Could not find 'model/xx'\n\n"
                     "Available options in 'model':\n\tmlp\nConfig search path:\n"),
              "In 'config': Could not find 'model/xx'");
}

TEST(Failure, IsTheLastErrorOfOthers) {
    EXPECT_EQ(reason("ERROR: failed to push data to the cloud - Unable to locate credentials\n"),
              "failed to push data to the cloud - Unable to locate credentials");
    EXPECT_EQ(reason("Collecting foo\nERROR: Could not find a version that satisfies foo\n"
                     "ERROR: No matching distribution found for foo\n\n[notice] a new release\n"),
              "No matching distribution found for foo");
    EXPECT_EQ(reason("Cloning into '.'...\nfatal: could not read from remote\n\n"),
              "fatal: could not read from remote");
    EXPECT_EQ(reason("./setup.sh: line 3: uv: command not found\n"),
              "./setup.sh: line 3: uv: command not found");
    EXPECT_EQ(reason("all is well\n"), "");
    EXPECT_EQ(reason(""), "");
}

TEST(Failure, IsHarmlessText) {
    EXPECT_EQ(reason("  0%|   |\r\x1b[31mERROR: \x1b[0mno\x1b]0;title\x07 way\x1b[0m\r\n"),
              "no\\x1b]0;title\\x07 way");
    const auto longest =
        reason("ERROR: failed to reproduce 'a': failed to run: " + std::string(9000, 'x') +
               ", exited with 9\n");
    EXPECT_LE(longest.size(), 400U);
    EXPECT_TRUE(longest.ends_with("x, exited with 9")) << longest;
    std::string umlauts = "ERROR: ";
    for (int i = 0; i < 500; ++i)
        umlauts += "\u00e4";
    EXPECT_TRUE(base::is_utf8(reason(umlauts)));
}

TEST(Failure, IsFoundInTheLogOfTheFailedPhase) {
    const std::string log = "=== rdvc environment: ./init_env.sh (2024)\nERROR: pip is old\n"
                            "=== rdvc experiment: dvc exp run (2024)\n"
                            "ERROR: failed to reproduce 'a': failed to run: b, exited with 1\n"
                            "rdvc: error: the experiment failed: dvc exp run ended with exit code "
                            "255\nrdvc: pushing the run-cache\nERROR: no credentials\n"
                            "=== rdvc end: failed, exit code 255 (2024)\n";
    EXPECT_EQ(failure_in_log(log), "failed to reproduce 'a': failed to run: b, exited with 1");
    EXPECT_EQ(failure_in_log("ERROR: a\n=== rdvc end: published (2024)\n"), "");
}

} // namespace
} // namespace rdvc::project
