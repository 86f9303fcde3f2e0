#include "slurm/reports.hpp"

#include <gtest/gtest.h>

namespace rdvc::slurm {
namespace {

const std::string token = "0123456789abcdef0123456789abcdef";

TEST(ParseSqueueLine, ReadsAJobOfOurs) {
    const auto job = parse_squeue_line(
        "1234|RUNNING|None|1710158400 1-00:00:00 n[1-2]|/home/a/job.sh|rdvc:" + token);
    ASSERT_TRUE(job.has_value());
    EXPECT_EQ(job->id, "1234");
    EXPECT_EQ(job->state, "RUNNING");
    EXPECT_EQ(job->reason, "None");
    EXPECT_EQ(job->start, "1710158400");
    EXPECT_EQ(job->limit, "1-00:00:00");
    EXPECT_EQ(job->node, "n[1-2]");
    EXPECT_EQ(job->token, token);
}

TEST(ParseSqueueLine, FindsTheTokenBeforeTheUsersComment) {
    for (const std::string comment : {" nightly", " a|b|c", " rdvc:", " \xc3\xbc \xff"}) {
        const auto job =
            parse_squeue_line("7|RUNNING|None|N/A|/home/a/job.sh|rdvc:" + token + comment);
        ASSERT_TRUE(job.has_value()) << comment;
        EXPECT_EQ(job->token, token) << comment;
    }
}

// Some sites replace comments; the script's path identifies the job too.
TEST(ParseSqueueLine, FindsTheTokenInTheScriptsPath) {
    const auto job = parse_squeue_line("7|RUNNING|None|N/A|/home/a|b/.rdvc/submissions/" + token +
                                       "/job.sh|set by the site");
    ASSERT_TRUE(job.has_value());
    EXPECT_EQ(job->token, token);
}

TEST(ParseSqueueLine, TakesNoTokenFromOtherComments) {
    for (const std::string comment :
         {"", "(null)", "nightly", "rdvc:", "rdvc:0123", "my rdvc:0123456789abcdef0123456789abcdef",
          "rdvc:0123456789ABCDEF0123456789ABCDEF", "rdvc:0123456789abcdef0123456789abcdeg", "a|b|",
          "RDVC:0123456789abcdef0123456789abcdef"}) {
        const auto job = parse_squeue_line("7|RUNNING|None|N/A|/home/a/job.sh|" + comment);
        ASSERT_TRUE(job.has_value()) << comment;
        EXPECT_EQ(job->token, "") << comment;
    }
}

TEST(ParseSqueueLine, PassesOverWhatIsNoJob) {
    for (const std::string line :
         {"", " ", "\r", "|", "||||", "JOBID|STATE|REASON|START_TIME|COMMENT",
          "123_[4-9%2]|PENDING|Priority|N/A|(null)",        // a throttled array
          "123_[1-3,5,...]|PENDING|JobArrayTaskLimit|N/A|", // and one that is cut off
          "123_7|RUNNING|None|N/A|(null)",                  // an array's element
          "123+1|RUNNING|None|N/A|(null)",                  // a part of a heterogeneous job
          "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
          "1234|PENDING|Priority|N/A|x", // no comment
          "1234||None|N/A|x|x",          // no state
          "12a|RUNNING|None|N/A|x|x", "-1|RUNNING|None|N/A|x|x", " 12|RUNNING|None|N/A|x|x",
          "*** maintenance | on | Monday | at | noon ***"})
        EXPECT_FALSE(parse_squeue_line(line).has_value()) << line;
}

TEST(ParseSqueueLine, KeepsUnknownWordsAsTheyAre) {
    const auto job =
        parse_squeue_line("1|OUT_OF_ME+|ReqNodeNotAvail, UnavailableNodes:n[1-2]|Unknown|x|(null)");
    ASSERT_TRUE(job.has_value());
    EXPECT_EQ(job->state, "OUT_OF_ME+");
    EXPECT_EQ(job->reason, "ReqNodeNotAvail, UnavailableNodes:n[1-2]");
    EXPECT_EQ(job->start, "Unknown");
}

TEST(ExplainReason, IsASentence) {
    EXPECT_EQ(explain_reason("Priority"), "waits for jobs of higher priority");
    EXPECT_EQ(explain_reason("None"), "is about to be scheduled");
    EXPECT_EQ(explain_reason("SomethingNew"), "waits (SomethingNew)");
    EXPECT_EQ(explain_reason(""), "waits ()");
}

TEST(ExplainReason, NamesTheLimit) {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"QOSGrpGRES", "waits: its QOS uses as many GPUs (or other GRES) as it may"},
        {"AssocGrpCpuLimit", "waits: your account uses as many CPUs as it may"},
        {"AssocGrpMemLimit", "waits: your account uses as much memory as it may"},
        {"QOSMaxCpuPerUserLimit", "waits: you use as many CPUs as its QOS allows"},
        {"QOSMaxGRESPerUser", "waits: you use as many GPUs (or other GRES) as its QOS allows"},
        {"QOSMaxJobsPerUserLimit", "waits: you run as many jobs as your QOS allows"},
        {"AssocMaxWallDurationPerJobLimit",
         "asks for more time than your account allows: it will never start"},
        {"QOSMaxMemoryPerJob", "asks for more memory than its QOS allows: it will never start"},
        {"QOSMinCpuNotSatisfied", "waits (QOSMinCpuNotSatisfied)"},
        {"AssocGrpCPUMinutesLimit", "waits (AssocGrpCPUMinutesLimit)"},
        {"QOSNotAllowed", "waits (QOSNotAllowed)"}};
    for (const auto& [reason, sentence] : rows)
        EXPECT_EQ(explain_reason(reason), sentence);
}

// squeue adds the nodes to the word.
TEST(ExplainReason, KeepsTheNodesThatSqueueAdds) {
    const auto sentence = explain_reason("ReqNodeNotAvail, UnavailableNodes:n[1-2]");
    EXPECT_NE(sentence.find("n[1-2]"), std::string::npos) << sentence;
}

TEST(IsActive, CallsNothingEndedByMistake) {
    for (const auto* state : {"PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING",
                              "REQUEUED", "REVOKED", "REQUEUE_HOLD", "RESIZING", "SIGNALING",
                              "STAGE_OUT", "STOPPED", "SPECIAL_EXIT", "OF_A_NEWER_SLURM", ""})
        EXPECT_TRUE(is_active(state)) << state;
    for (const auto* state : {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL",
                              "PREEMPTED", "OUT_OF_MEMORY", "BOOT_FAIL", "DEADLINE"})
        EXPECT_FALSE(is_active(state)) << state;
}

} // namespace
} // namespace rdvc::slurm
