// `rdvc why`: what is told of each state, and what to type next.

#include "state/why.hpp"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace rdvc::state {
namespace {

constexpr auto why_token = "0123456789abcdef0123456789abcdef";
constexpr std::int64_t noon = 1710158400; // 2024-03-11 12:00 UTC

class WhyOf : public ::testing::Test {
  protected:
    WhyOf() {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
        overview_.squeue_answered = true;
        overview_.time = noon;
    }
    ~WhyOf() override {
        ::unsetenv("TZ");
        ::tzset();
    }
    WhyOf(const WhyOf&) = delete;
    WhyOf& operator=(const WhyOf&) = delete;
    WhyOf(WhyOf&&) = delete;
    WhyOf& operator=(WhyOf&&) = delete;

    void slurm_says(const std::string& state, const std::string& reason) {
        overview_.jobs = {{why_token, {"12", state, reason, "N/A", why_token}}};
        details_.job = job_fields(
            "JobId=12 JobName=x JobState=RUNNING UserId=alice(1) JobState=" + state + " Reason=" +
            reason + " Dependency=(null) TimeLimit=01:00:00 SubmitTime=1710158100 StartTime=" +
            std::to_string(noon + 8400) + " EndTime=" + std::to_string(noon + 1800) +
            " Partition=gpu NodeList=n7 TRES=cpu=4,mem=16G,node=1 Command=/x Comment=a b=c");
    }
    std::string text() { return as_text(why_of(record_, overview_, details_)); }

    Record record_{
        .token = why_token, .notes = {{"name", "first"}}, .job = "12", .sbatch_exit = "0"};
    Overview overview_;
    Details details_;
};

TEST_F(WhyOf, AJobThatWaits) {
    slurm_says("PENDING", "Priority");
    details_.line = {3, 1, 7};
    EXPECT_EQ(text(), "first (job 12): pending\n"
                      "  waits for jobs of higher priority\n"
                      "  3 jobs of higher priority wait in partition gpu, 1 of them yours\n"
                      "  SLURM expects to start it in 2 h 20 min, at 14:20\n"
                      "  it asks for cpu=4,mem=16G,node=1 for 01:00:00\n"
                      "  it has waited for 5 min\n\n"
                      "next:  rdvc wait 12\n");
    details_.line = {0, 0, 7};
    details_.job["StartTime"] = "Unknown";
    EXPECT_NE(text().find("  no job of higher priority waits in partition gpu\n"
                          "  SLURM has not estimated when it starts\n"),
              std::string::npos)
        << text();
    slurm_says("PENDING", "JobHeldUser");
    EXPECT_NE(text().find("next:  scontrol release 12 (on the cluster)\n"), std::string::npos);
    slurm_says("PENDING", "PartitionTimeLimit");
    EXPECT_NE(text().find("next:  rdvc cancel 12\n"), std::string::npos) << text();
}

TEST_F(WhyOf, AJobThatRuns) {
    slurm_says("RUNNING", "None");
    record_.claimed = true;
    record_.phases = {
        {noon - 9000, "workspace"}, {noon - 8000, "restart"}, {noon - 7500, "experiment"}};
    details_.log = {noon - 180, 12000, "epoch 3"};
    EXPECT_EQ(text(), "first (job 12): running\n"
                      "  it has been in phase experiment for 2 h 5 min, since 09:55\n"
                      "  it runs on n7\n"
                      "  its time limit of 01:00:00 ends in 30 min, at 12:30\n"
                      "  its log is 12 KB long, last written 3 min ago\n"
                      "  it was started again once\n\n"
                      "next:  rdvc logs -f 12\n");
}

TEST_F(WhyOf, AFailure) {
    record_.claimed = true;
    record_.phases = {{noon - 300, "workspace"}, {noon - 290, "experiment"}, {noon - 60, "end"}};
    record_.result = {{"state", "failed"}, {"phase", "experiment"}, {"cause", "stage"},
                      {"node", "n7"},      {"partial", "2"},        {"message", "it broke"}};
    details_.log = {
        noon, 100,
        "=== rdvc experiment: x\n\x1b[31mValueError\x1b[0m: no\nrdvc: error: it broke\n"};
    EXPECT_EQ(text(), "first (job 12): failed\n"
                      "  it broke\n"
                      "  it ran on n7\n"
                      "  it ran for 4 min, until 11:59\n"
                      "  it has left 2 files: rdvc pull --partial 12\n\n"
                      "  | === rdvc experiment: x\n"
                      "  | ValueError: no\n"
                      "  | rdvc: error: it broke\n\n"
                      "next:  rdvc logs 12\n");
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"time_limit", "rdvc retry 12 --time=..."},
        {"out_of_memory", "rdvc retry 12 --mem=x2"},
        {"node_failure", "rdvc retry 12 --exclude-nodes"},
        {"setup", "rdvc logs 12"},
        {"disk_full", "rdvc retry 12"}};
    for (const auto& [cause, next] : rows) {
        record_.result["cause"] = cause;
        EXPECT_EQ(why_of(record_, overview_, details_).next, next) << cause;
    }
    record_.result["state"] = "unpublished";
    record_.result["phase"] = "push";
    EXPECT_EQ(why_of(record_, overview_, details_).next, "rdvc recover 12");
}

TEST_F(WhyOf, ALongTracebackKeepsItsBeginningAndItsEnd) {
    record_.claimed = true;
    record_.result = {{"state", "failed"}, {"phase", "experiment"}};
    details_.log = {noon, 100, "Traceback (most recent call last):\n"};
    for (int i = 0; i < 100; ++i)
        details_.log->end += "  File \"x.py\", line 1\n";
    details_.log->end += "ValueError: no\n";
    const auto log = why_of(record_, overview_, details_).log;
    EXPECT_EQ(log.size(), 40U);
    EXPECT_EQ(log.front(), "Traceback (most recent call last):");
    EXPECT_EQ(log.back(), "ValueError: no");
}

TEST_F(WhyOf, WhatIsNotCertainOrGone) {
    EXPECT_EQ(text(),
              "first (job 12): lost\n"
              "  SLURM no longer knows the job, and it never started; next: rdvc retry 12\n\n"
              "next:  rdvc retry 12\n");
    overview_.squeue_answered = false;
    overview_.squeue_words = "no contact";
    EXPECT_EQ(text(), "first (job 12): unknown\n  squeue does not answer: no contact\n\n"
                      "next:  rdvc status 12\n");
    record_.job.clear();
    record_.sbatch_exit.clear();
    overview_.squeue_answered = true;
    EXPECT_EQ(text(), "first: unconfirmed\n  it is not known yet whether there is a job\n\n"
                      "next:  rdvc status 01234567\n");
    record_.sbatch_exit = "1";
    record_.sbatch_error = "sbatch: error: invalid partition";
    record_.revoked = "sbatch failed";
    EXPECT_EQ(text(), "first: refused\n  sbatch: error: invalid partition\n\n"
                      "next:  rdvc retry 01234567\n");
}

TEST_F(WhyOf, ASweepNamesTheTasksThatFailed) {
    record_.notes["tasks"] = "4";
    for (unsigned number = 1; number <= 4; ++number)
        record_.tasks.push_back(
            {.token = why_token,
             .task = number,
             .result = {{"state", number == 1 ? "published" : "failed"},
                        {"message", number == 2 ? "one thing" : "another thing"}}});
    EXPECT_EQ(text(), "first (job 12): 1 published  3 failed\n"
                      "  2 failed: another thing (12.3, ...)\n"
                      "  1 failed: one thing (12.2)\n\n"
                      "next:  rdvc why 12.3\n");
}

TEST(JobFields, AreSlurmsAndNotAUsers) {
    const auto fields = job_fields("JobId=1 JobName=a JobState=X UserId=b(1) JobState=PENDING "
                                   "Command=/x JobState=Y Comment=Reason=z");
    EXPECT_EQ(fields.at("JobState"), "PENDING");
    EXPECT_FALSE(fields.contains("Reason"));
    EXPECT_TRUE(job_fields("slurm_load_jobs error: Invalid job id specified").empty());
}

} // namespace
} // namespace rdvc::state
