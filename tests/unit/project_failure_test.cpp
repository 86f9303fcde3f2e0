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

// --- rdvc logs --errors ---

const std::string began = "=== rdvc experiment: dvc exp run -n first (2024-03-11 12:00:00)\n";

std::string epochs(int first, int last) {
    std::string text;
    for (int i = first; i <= last; ++i)
        text += "epoch " + std::to_string(i) + ": loss 0.5\n";
    return text;
}

TEST(LastFailure, HasTheWholeTracebackWithItsCauses) {
    std::string chain = "Traceback (most recent call last):\n"
                        "  File \"data.py\", line 3, in load\n    return table[key]\n"
                        "           ~~~~~^^^^^\n"
                        "KeyError: 'smiles'\n\n"
                        "The above exception was the direct cause of the following exception:\n\n"
                        "Traceback (most recent call last):\n"
                        "  File \"train.py\", line 90, in <module>\n    main()\n";
    for (int i = 0; i < 60; ++i)
        chain += "  File \"deep.py\", line 7, in step\n    step()\n";
    chain += "ValueError: the table has no column `smiles`\n  known: id, target\n";
    const std::string end = "ERROR: failed to reproduce 'train': failed to run: python train.py, "
                            "exited with 1\n"
                            "rdvc: error: the experiment failed: dvc exp run ended with exit code "
                            "255\n";
    EXPECT_EQ(last_failure("=== rdvc environment: reuse (2024-03-11 11:59:00)\nerror: not this\n" +
                           began + epochs(1, 30) + chain + end +
                           "\n=== rdvc end: failed, exit code 1 (2024-03-11 12:01:00)\n"),
              began + "...\n" + epochs(21, 30) + chain + end);
}

TEST(LastFailure, KeepsWhatEachRankPrints) {
    const std::string log = "[rank1]: Traceback (most recent call last):\n"
                            "[rank1]:   File \"train.py\", line 1, in <module>\n"
                            "[rank1]: torch.OutOfMemoryError: CUDA out of memory.\n"
                            "E0311 torch/distributed/elastic: failed (exitcode: 1)\n";
    EXPECT_EQ(last_failure(began + log), began + log);
}

TEST(LastFailure, IsTheLastErrorOfOtherPrograms) {
    const std::string abort =
        "terminate called after throwing an instance of 'std::runtime_error'\n"
        "  what():  cannot open mesh.bin\n";
    const std::string dvc = "ERROR: failed to reproduce 'solve': failed to run: ./solve, exited "
                            "with -6\n";
    const std::string said = "rdvc: error: the experiment failed\n";
    EXPECT_EQ(last_failure(began + epochs(1, 12) + abort + dvc + said),
              began + "...\n" + epochs(5, 12) + abort + dvc + said);
    const std::string killed = "slurmstepd: error: *** JOB 12 ON n1 CANCELLED AT "
                               "2024-03-11T12:10:00 DUE TO TIME LIMIT ***\n";
    EXPECT_EQ(last_failure(began + epochs(1, 2) + killed), began + epochs(1, 2) + killed);
    const std::string pip = "ERROR: No matching distribution found for foo\n\n[notice] a release\n";
    const std::string setup = "=== rdvc environment: run ./init_env.sh (2024)\n";
    EXPECT_EQ(last_failure(setup + pip + "rdvc: error: the setup command failed\n"),
              setup + pip + "rdvc: error: the setup command failed\n");
}

TEST(LastFailure, OfAPhaseWithoutAnyErrorIsItsEnd) {
    EXPECT_EQ(last_failure(began + epochs(1, 30) + "rdvc: error: stopped by SIGTERM\n"),
              began + "...\n" + epochs(21, 30) + "rdvc: error: stopped by SIGTERM\n");
}

// A job that goes on after an exception that it has caught.
TEST(LastFailure, OfARunningJobIsWhatItReported) {
    const std::string caught = "Traceback (most recent call last):\n  File \"x.py\", line 1, in f\n"
                               "OSError: try again\n";
    EXPECT_EQ(last_failure(began + caught + epochs(1, 30)), began + caught + epochs(1, 10));
    EXPECT_EQ(last_failure(began + epochs(1, 30)), "");
    EXPECT_EQ(last_failure(""), "");
}

TEST(LastFailure, KeepsColoursAndReadsWithoutThem) {
    const std::string log = began + "\x1b[31mValueError\x1b[0m: no\n";
    EXPECT_EQ(last_failure(log), log);
}

} // namespace
} // namespace rdvc::project
