#include "state/state.hpp"

#include <gtest/gtest.h>

#include "slurm/reports.hpp"

namespace rdvc::state {
namespace {

constexpr auto sweep_token = "0123456789abcdef0123456789abcdef";

slurm::Job line_of(const std::string& id, const std::string& state) {
    return slurm::parse_squeue_line(id + "|" + state + "|None|N/A|/x/submissions/" + sweep_token +
                                    "/job.sh|rdvc:" + sweep_token)
        .value();
}

Record sweep(unsigned count) {
    Record record{.token = sweep_token};
    record.notes = {{"name", "grid"}, {"tasks", std::to_string(count)}, {"code", "ssh"}};
    record.job = "42";
    record.sbatch_exit = "0";
    return record;
}

Record task(unsigned number, const std::string& state) {
    Record record{.token = sweep_token, .task = number};
    if (!state.empty())
        record.result = {{"state", state}};
    record.claimed = true;
    return record;
}

Overview answer(const std::vector<slurm::Job>& jobs) {
    Overview overview;
    overview.squeue_answered = true;
    overview.queue_time = overview.time = 1000;
    for (const auto& one : jobs)
        overview.jobs.emplace(sweep_token, one);
    return overview;
}

TEST(IndexRanges, AreThoseThatSlurmWrites) {
    const auto has = [](const std::string& indices, unsigned index) {
        return line_of("42_" + indices, "PENDING").has_task(index);
    };
    EXPECT_TRUE(has("7", 7));
    EXPECT_FALSE(has("7", 6));
    EXPECT_TRUE(has("[3,5-9%2]", 9));
    EXPECT_FALSE(has("[3,5-9%2]", 4));
    EXPECT_TRUE(has("[1-9:4]", 5));
    EXPECT_FALSE(has("[1-9:4]", 4));
    EXPECT_FALSE(has("[1-", 1));
    EXPECT_FALSE(has("[1-9:0]", 1));
    EXPECT_FALSE(line_of("42", "PENDING").has_task(0));
    EXPECT_EQ(line_of("42_[3-9]", "PENDING").id, "42");
    EXPECT_FALSE(slurm::parse_squeue_line("_3|PENDING|None|N/A|s|c"));
}

TEST(Record, OfATaskHasItsOwnNameIfItDoesNotFollowFromTheNumber) {
    auto record = sweep(2);
    record.tasks = {task(2, "published")};
    record.tasks[0].notes["name"] = "lr=0.1";
    EXPECT_EQ(field(record.of_task(1).notes, "name"), "grid-1");
    EXPECT_EQ(field(record.of_task(2).notes, "name"), "lr=0.1");
}

// Three tasks a job.
TEST(DeriveSweep, LooksAtTheJobThatATaskShares) {
    auto record = sweep(8);
    record.notes["pack"] = "3";
    record.tasks = {task(1, "published"), task(2, "failed"), task(3, ""), task(4, "")};
    record.tasks[3].claimed = false;
    const auto overview = answer(
        {line_of("42_1", "RUNNING"), line_of("42_2", "RUNNING"), line_of("42_[3]", "PENDING")});
    const auto state = [&](unsigned number) {
        return derive_state(record.of_task(number), overview);
    };
    EXPECT_EQ(state(1).word, "published");
    EXPECT_EQ(state(2).word, "failed");
    EXPECT_EQ(state(3).word, "running");
    EXPECT_EQ(state(5).word, "pending");
    EXPECT_EQ(state(5).detail, "waits for its turn: its job runs other tasks first");
    EXPECT_EQ(state(7).word, "pending");
    EXPECT_EQ(record.of_task(7).job_index(), 3U);
    EXPECT_EQ(record.of_task(6).job_id(), "42_2");
    EXPECT_EQ(record.of_task(6).log_id(), "42_2.6");
    EXPECT_EQ(sweep(8).of_task(6).job_id(), "42_6");
    EXPECT_EQ(sweep(8).of_task(6).log_id(), "42_6");
    EXPECT_EQ(sweep(8).log_id(), "42");
}

// Two of five jobs each. The cluster translates squeue's answer: job 44_1 is 42_11.
TEST(Record, OfATaskInOneOfSeveralArraysHasThatArraysId) {
    auto record = sweep(12);
    record.arrays = {{"42", 0}, {"43", 5}, {"44", 10}};
    EXPECT_EQ(record.job_ids(), (std::vector<std::string>{"42", "43", "44"}));
    EXPECT_EQ(record.job_id(), "42");
    EXPECT_EQ(record.id(), "42");
    EXPECT_EQ(record.of_task(5).job_id(), "42_5");
    EXPECT_EQ(record.of_task(6).job_id(), "43_1");
    EXPECT_EQ(record.of_task(11).job_ids(), std::vector<std::string>{"44_1"});
    EXPECT_EQ(record.of_task(11).log_id(), "44_1");
    EXPECT_EQ(record.of_task(11).id(), "42.11");
    EXPECT_EQ(record.task_called("43", 2), 7U);
    EXPECT_EQ(record.task_called("44", 2), 12U);
    EXPECT_FALSE(record.task_called("44", 3));
    EXPECT_FALSE(record.task_called("45", 1));
    const auto overview = answer({line_of("42_11", "RUNNING"), line_of("42_[6,12]", "PENDING")});
    EXPECT_EQ(derive_state(record.of_task(11), overview).word, "running");
    EXPECT_EQ(derive_state(record.of_task(12), overview).word, "pending");
    // Of a retry of two tasks far from each other.
    record.arrays = {{"50", 6}, {"51", 11}};
    EXPECT_EQ(record.of_task(7).job_id(), "50_1");
    EXPECT_EQ(record.of_task(12).job_id(), "51_1");
    record.notes["pack"] = "2";
    EXPECT_EQ(record.of_task(14).log_id(), "50_1.14");
    EXPECT_FALSE(record.task_called("50", 1)) << "a job of two tasks";
    EXPECT_EQ(sweep(3).task_called("42", 1), std::nullopt) << "as before, without the cluster";
}

// From one squeue answer and one records answer.
TEST(DeriveSweep, TellsTheStateOfEachTask) {
    auto record = sweep(9);
    record.tasks = {task(1, "published"), task(2, "failed"), task(3, ""), task(4, ""), task(8, "")};
    record.tasks[3].claimed = false;
    record.tasks[3].revoked = "cancelled";
    record.tasks[4].slurm = "OUT_OF_MEMORY";
    const auto overview = answer({line_of("42_3", "RUNNING"), line_of("42_[5-7%2]", "PENDING"),
                                  line_of("42_4", "CANCELLED"), line_of("41_5", "RUNNING")});
    const auto word = [&](unsigned number) {
        return derive_state(record.of_task(number), overview).word;
    };
    EXPECT_EQ(word(1), "published");
    EXPECT_EQ(word(2), "failed");
    EXPECT_EQ(word(3), "running");
    EXPECT_EQ(word(4), "cancelled");
    EXPECT_EQ(word(5), "pending");
    EXPECT_EQ(word(7), "pending");
    EXPECT_EQ(word(8), "out_of_memory");
    EXPECT_EQ(word(9), "lost");
    const auto all = derive_sweep(record, overview);
    EXPECT_EQ(describe_counts(all), "1 published  1 cancelled  1 failed  1 lost  1 out_of_memory  "
                                    "1 running  3 pending");
    EXPECT_EQ(all.state.word, "running");
}

TEST(DeriveSweep, OfTheWholeCountsWhatIsUncertainOrAliveOrFailed) {
    auto record = sweep(2);
    record.tasks = {task(1, "published"), task(2, "published")};
    EXPECT_EQ(derive_sweep(record, answer({})).state.word, "published");
    record.tasks[1].result["state"] = "failed";
    EXPECT_EQ(derive_sweep(record, answer({})).state.word, "failed");
    record.tasks[1] = task(2, "");
    EXPECT_EQ(derive_sweep(record, answer({line_of("42_2", "PENDING")})).state.word, "pending");
    Overview silent;
    silent.squeue_words = "timeout";
    EXPECT_EQ(derive_sweep(record, silent).state.word, "unknown");
}

// Whoever ended those that had not begun left one mark for all.
TEST(OfTask, TasksThatHadNotBegunWereStopped) {
    auto record = sweep(3);
    record.stopped = "cancelled";
    record.tasks = {task(1, "")};
    EXPECT_EQ(record.of_task(1).revoked, "");
    EXPECT_EQ(record.of_task(2).revoked, "cancelled");
    EXPECT_EQ(derive_state(record.of_task(2), answer({})).word, "cancelled");
    record.revoked = "sbatch left no job";
    EXPECT_EQ(derive_state(record.of_task(1), answer({})).word, "not submitted");
}

TEST(OfTask, HasItsOwnNames) {
    const auto one = sweep(3).of_task(2);
    EXPECT_EQ(field(one.notes, "name"), "grid-2");
    EXPECT_EQ(field(one.notes, "code"), "ssh");
    EXPECT_EQ(one.id(), "42.2");
    EXPECT_EQ(one.submission_id(), "42");
    EXPECT_EQ(one.task_count(), 0U);
    EXPECT_EQ(one.folder("/d"), "/d/jobs/" + std::string(sweep_token) + "/2");
}

} // namespace
} // namespace rdvc::state
