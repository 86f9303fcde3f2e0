#include <gtest/gtest.h>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::state {
namespace {

constexpr auto token = "0123456789abcdef0123456789abcdef";

// A submission that sbatch took as job 12 and that a node has begun.
Record begun() {
    return {.token = token,
            .notes = {{"name", "first"}},
            .result = {},
            .phases = {{1.0, "workspace"}, {2.0, "experiment"}},
            .job = "12",
            .sbatch_exit = "0",
            .claimed = true};
}

Record waiting() {
    auto kept = begun();
    kept.phases.clear();
    kept.claimed = false;
    return kept;
}

Overview answered(const std::string& state, const std::string& reason = "None",
                  const std::string& of = token) {
    Overview overview;
    overview.squeue_answered = true;
    overview.jobs = {{of, {"12", state, reason, "N/A", of}}};
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

void expect_state(const Record& kept, const Overview& overview, const std::string& word,
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
    expect_state(begun(), answered("TIMEOUT"), "timeout", "experiment",
                 "the job reached its time limit, before it could say more");
    expect_state(begun(), answered("NODE_FAIL"), "node_fail", "experiment",
                 "the node failed, before it could say more");
    expect_state(begun(), answered("OUT_OF_MEMORY"), "out_of_memory", "experiment",
                 "the job used more memory than it had requested, before it could say more");
    expect_state(waiting(), answered("CANCELLED"), "cancelled", "",
                 "the job was cancelled, before it started");
    expect_state(begun(), answered("COMPLETED"), "completed", "experiment",
                 "the job's script ended without a result; rdvc logs 12");
    expect_state(waiting(), answered("FAILED"), "failed", "",
                 "the job's script ended without a result; rdvc logs 12");
}

// Jobs that SLURM has forgotten since. A program that ~/.bashrc starts in the shell's place exits
// with 0 and says nothing.
TEST(DeriveState, NamesBashrcWhereNothingElseCanHaveEndedIt) {
    auto kept = begun();
    kept.phases = {{1.0, "bashrc"}};
    const std::string detail =
        "the job ended without a message while ~/.bashrc was loaded: does it "
        "`exec` another shell? In jobs it must not";
    expect_state(kept, answered("COMPLETED"), "failed", "bashrc", detail);
    expect_state(kept, nothing(), "lost", "bashrc", detail + "; next: rdvc retry 12");
    expect_state(kept, answered("NODE_FAIL"), "node_fail", "bashrc",
                 "the node failed, before it could say more");
    kept.slurm = "COMPLETED";
    expect_state(kept, nothing(), "failed", "bashrc", detail);
}

TEST(DeriveState, RemembersHowSlurmSaidItEnded) {
    auto kept = begun();
    kept.slurm = "CANCELLED by 1000";
    for (const auto& overview : {nothing(), silent()})
        expect_state(kept, overview, "cancelled", "experiment",
                     "the job was cancelled, before it could say more");
}

TEST(DeriveState, NamesTheCauseThatTheJobHasFound) {
    auto kept = begun();
    kept.result = {{"state", "failed"}, {"phase", "experiment"}, {"message", "said so"}};
    for (const auto& [cause, word] :
         std::map<std::string, std::string>{{"time_limit", "timeout"},
                                            {"cancelled", "cancelled"},
                                            {"preempted", "preempted"},
                                            {"out_of_memory", "out_of_memory"},
                                            {"disk_full", "failed"},
                                            {"of_a_newer_rdvc", "failed"}}) {
        kept.result["cause"] = cause;
        expect_state(kept, nothing(), word, "experiment", "said so");
    }
    kept.result.erase("cause");
    expect_state(kept, answered("OUT_OF_MEMORY"), "out_of_memory", "experiment", "said so");
}

// An id can be given out again: a job is ours by its token.
TEST(DeriveState, TakesNoOtherJobForOurs) {
    expect_state(begun(), answered("RUNNING", "None", ""), "lost", "experiment",
                 "the job ended without a result; see its log; next: rdvc retry 12");
    expect_state(begun(), answered("RUNNING", "None", "ffffffffffffffffffffffffffffffff"), "lost",
                 "experiment", "the job ended without a result; see its log; next: rdvc retry 12");
}

// Without an answer the state is unknown, never "finished", "failed" or "lost".
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

TEST(DeriveState, SaysWhatWasKnownWhenSlurmLastAnswered) {
    auto overview = answered("RUNNING");
    overview.squeue_answered = false;
    overview.squeue_words = "timed out";
    overview.queue_time = 700;
    overview.time = 1000;
    expect_state(begun(), overview, "unknown", "experiment",
                 "squeue does not answer: timed out; 5 min ago: running");
    overview.jobs.clear();
    expect_state(begun(), overview, "unknown", "experiment",
                 "squeue does not answer: timed out; 5 min ago: not in its list");
}

// SLURM was asked before the job existed.
TEST(DeriveState, TakesNoOldAnswerForTheAbsenceOfANewJob) {
    auto kept = waiting();
    kept.is_new = true;
    expect_state(kept, nothing(), "pending", "", "has just been submitted");
    kept.claimed = true;
    expect_state(kept, nothing(), "running", "", "");
    expect_state(kept, answered("RUNNING"), "running", "", "");
}

TEST(DeriveState, TakesNoJobOfAnEarlierAttemptForTheNewOne) {
    auto kept = waiting();
    kept.job = "13";
    expect_state(kept, answered("FAILED"), "lost", "",
                 "SLURM no longer knows the job, and it never started; next: rdvc retry 13");
}

// squeue and scontrol do not agree.
TEST(DeriveState, CallsNothingLostThatMayLive) {
    auto kept = begun();
    kept.unsure = "squeue does not show job 12, but scontrol says that it is RUNNING";
    expect_state(kept, nothing(), "unknown", "experiment", kept.unsure);
    kept.cancelled = true;
    expect_state(kept, nothing(), "unknown", "experiment", kept.unsure);
    expect_state(kept, answered("RUNNING"), "running", "experiment", "");
}

TEST(DeriveState, TellsWhatIsGone) {
    expect_state(begun(), nothing(), "lost", "experiment",
                 "the job ended without a result; see its log; next: rdvc retry 12");
    expect_state(waiting(), nothing(), "lost", "",
                 "SLURM no longer knows the job, and it never started; next: rdvc retry 12");
}

TEST(DeriveState, TellsWhatSbatchDid) {
    auto kept = waiting();
    kept.job = kept.sbatch_exit = "";
    expect_state(kept, nothing(), "unconfirmed", "", "it is not known yet whether there is a job");
    kept.sbatch_exit = "1";
    expect_state(kept, nothing(), "unconfirmed", "", "it is not known yet whether there is a job");
    kept.revoked = "sbatch refused the job";
    for (const auto& overview : {nothing(), silent()})
        expect_state(kept, overview, "refused", "", "sbatch refused it");
    kept.sbatch_exit = "";
    expect_state(kept, nothing(), "not submitted", "",
                 "sbatch refused the job; next: rdvc retry 01234567");
    kept.revoked = "cancelled";
    for (const auto& overview : {silent(), answered("PENDING"), answered("COMPLETED")})
        expect_state(kept, overview, "cancelled", "", "before it started");
    kept.revoked = "";
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

// `--after`: by SLURM's live view, and as the cluster has recorded it.
TEST(State, WhatItWaitedForFailed) {
    const auto detail = "a job that it depends on failed, so it never started; next: rdvc retry 12";
    expect_state(waiting(), answered("CANCELLED", "DependencyNeverSatisfied"), "cancelled", "",
                 detail);
    auto kept = waiting();
    kept.slurm = "CANCELLED DependencyNeverSatisfied";
    expect_state(kept, nothing(), "cancelled", "", detail);
}

} // namespace
} // namespace rdvc::state
