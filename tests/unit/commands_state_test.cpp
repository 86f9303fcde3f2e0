#include <gtest/gtest.h>

#include "commands/submissions.hpp"

namespace rdvc::commands {
namespace {

constexpr auto token = "0123456789abcdef0123456789abcdef";

// A submission that sbatch took as job 12 and that a node has begun.
Kept begun() {
    return {.token = token,
            .notes = {{"name", "first"}},
            .result = {},
            .phases = {{1.0, "workspace"}, {2.0, "experiment"}},
            .job = "12",
            .sbatch_exit = "0",
            .claimed = true};
}

Kept waiting() {
    auto kept = begun();
    kept.phases.clear();
    kept.claimed = false;
    return kept;
}

Overview answered(const std::string& state, const std::string& reason = "None",
                  const std::string& of = token) {
    Overview overview;
    overview.squeue_answered = true;
    overview.jobs = {{"12", state, reason, "N/A", of}};
    return overview;
}

Overview nothing() {
    Overview overview;
    overview.squeue_answered = true;
    return overview;
}

Overview silent() {
    Overview overview;
    overview.squeue_words = "slurm_load_jobs error: Unable to contact slurm controller";
    return overview;
}

void expect_state(const Kept& kept, const Overview& overview, const std::string& word,
                  const std::string& phase, const std::string& detail) {
    const auto state = derive_state(kept, overview);
    EXPECT_EQ(state.word, word);
    EXPECT_EQ(state.phase, phase);
    EXPECT_EQ(state.detail, detail);
}

TEST(DeriveState, BelievesTheJobsOwnRecordFirst) {
    auto kept = begun();
    kept.result = {{"state", "published"}, {"phase", "publish"}};
    for (const auto& overview : {nothing(), silent(), answered("COMPLETING"), answered("FAILED")})
        expect_state(kept, overview, "published", "publish", "");
    kept.result = {{"state", "failed"}, {"phase", "environment"}, {"message", "setup failed"}};
    expect_state(kept, nothing(), "failed", "environment", "setup failed");
    kept.result = {{"state", "unpublished"}, {"phase", "publish"}, {"message", "cannot push"}};
    expect_state(kept, silent(), "unpublished", "publish", "cannot push");
}

TEST(DeriveState, TakesWhatSlurmSaysNext) {
    expect_state(waiting(), answered("PENDING", "Priority"), "pending", "",
                 "waits for jobs of higher priority");
    expect_state(waiting(), answered("PENDING", "SomethingNew"), "pending", "",
                 "waits (SomethingNew)");
    expect_state(begun(), answered("RUNNING"), "running", "experiment", "");
    expect_state(begun(), answered("COMPLETING"), "running", "experiment", "");
    expect_state(begun(), answered("SUSPENDED"), "suspended", "experiment", "");
    expect_state(waiting(), answered("CONFIGURING"), "configuring", "", "");
    expect_state(begun(), answered("OF_A_NEWER_SLURM"), "of_a_newer_slurm", "experiment", "");
    for (const auto* ended : {"TIMEOUT", "NODE_FAIL", "CANCELLED", "OUT_OF_MEMORY", "COMPLETED"}) {
        std::string word = ended;
        for (char& c : word)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        expect_state(begun(), answered(ended), word, "experiment",
                     "SLURM ended the job before it could say more");
    }
}

// An id can be given out again: a job is ours by its token.
TEST(DeriveState, TakesNoOtherJobForOurs) {
    expect_state(begun(), answered("RUNNING", "None", ""), "lost", "experiment",
                 "the job ended without a result; see its log");
    expect_state(begun(), answered("RUNNING", "None", "ffffffffffffffffffffffffffffffff"), "lost",
                 "experiment", "the job ended without a result; see its log");
}

// No answer is unknown; it is never "finished", "failed" or "lost".
TEST(DeriveState, KnowsNothingWithoutAnAnswer) {
    const auto words = "squeue does not answer: " + silent().squeue_words;
    expect_state(begun(), silent(), "unknown", "experiment", words);
    expect_state(waiting(), silent(), "unknown", "", words);
    auto unanswered = waiting();
    unanswered.job = unanswered.sbatch_exit = "";
    expect_state(unanswered, silent(), "unknown", "", words);
    auto refused = waiting();
    refused.job = "";
    refused.sbatch_exit = "1";
    expect_state(refused, silent(), "unknown", "", words);
}

TEST(DeriveState, TellsWhatIsGone) {
    expect_state(begun(), nothing(), "lost", "experiment",
                 "the job ended without a result; see its log");
    expect_state(waiting(), nothing(), "lost", "",
                 "SLURM knows the job no more, and it never started");
}

TEST(DeriveState, TellsWhatSbatchDid) {
    auto kept = waiting();
    kept.job = kept.sbatch_exit = "";
    expect_state(kept, nothing(), "unconfirmed", "", "sbatch has not answered");
    kept.sbatch_exit = "1";
    expect_state(kept, nothing(), "refused", "", "sbatch refused it");
    kept.sbatch_exit = "";
    expect_state(kept, answered("PENDING", "Priority"), "pending", "",
                 "waits for jobs of higher priority");
    kept.sbatch_exit = "1"; // "Socket timed out": sbatch failed, and there is a job
    expect_state(kept, answered("RUNNING"), "running", "", "");
}

// The connection broke after sbatch had taken the job and before its id was written down.
TEST(DeriveState, CallsNothingRefusedThatSbatchTook) {
    auto kept = waiting();
    kept.job = "";
    EXPECT_EQ(derive_state(kept, nothing()).word, "lost");
    kept.claimed = true;
    kept.phases = {{1.0, "workspace"}};
    EXPECT_EQ(derive_state(kept, nothing()).word, "lost");
    EXPECT_EQ(derive_state(kept, nothing()).phase, "workspace");
}

} // namespace
} // namespace rdvc::commands
