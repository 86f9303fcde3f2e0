#include "state/avail.hpp"

#include <gtest/gtest.h>

namespace rdvc::state {
namespace {

const slurm::Limits cluster = slurm::parse_limits(
    "nodes cpu*|10|idle|32|128000|0/320/0/320|(null)|(null)|avx2|\n"
    "nodes cpu*|2|drained|32|256000|0/0/64/64|(null)|(null)|avx2,big|\n"
    "nodes gpu|2|mixed|64|512000|10/118/0/128|gpu:a100:4|gpu:a100:1(IDX:0)|a100|\n"
    "nodes gpu|1|down*|64|512000|0/0/64/64|gpu:a100:4|gpu:a100:0|a100|\n"
    "partition PartitionName=cpu MaxTime=UNLIMITED State=UP AllowAccounts=ALL\n"
    "partition PartitionName=gpu MaxTime=7-00:00:00 State=DRAIN AllowAccounts=ml\n"
    "partition PartitionName=empty MaxTime=10 State=UP\n"
    "nodes odd|1|\x1b[31m|?|?|?|gpu:?|x|\xff|\n"
    "setting AccountingStorageEnforce associations,limits\n"
    "setting MaxArraySize 1001\n"
    "association c|ml|ml||normal|normal|100|20||2-00:00:00\n"
    "qos normal|||||1-00:00:00|cpu=64\nqos other||||||\n"
    "jobs 5 PENDING\njobs 1 RUNNING\n"
    "silent qos sacctmgr: no\n");

TEST(Avail, ShowsPartitionsAsColumns) {
    EXPECT_EQ(
        describe_partitions(cluster, std::nullopt),
        "PARTITION  STATE  IDLE  MIXED  OUT  NODES  FREE CPUS   MEMORY     FREE GPUS     TIME "
        "LIMIT  FOR          FEATURES\n"
        "cpu*       up     10    0      2    12     320 of 384  125G-250G                none  "
        "      all          avx2,big\n"
        "gpu        drain  0     2      1    3      118 of 192  500G       a100 6 of 12  "
        "7-00:00:00  accounts ml  a100\n"
        "empty      up     0     0      0    0      0 of 0                               "
        "00:10:00    all          \n"
        "odd               0     0      1    1      0 of 0                 ? 0 of 1             "
        "                  \\xff\n");
}

TEST(Avail, ShowsPartitionsAsLinesOnANarrowTerminal) {
    const auto text = describe_partitions(cluster, 20);
    EXPECT_TRUE(text.starts_with("cpu*\n  state       up\n  idle        10\n")) << text;
    EXPECT_NE(text.find("\n\ngpu\n  state       drain\n"), std::string::npos) << text;
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(describe_partitions(cluster, 200), describe_partitions(cluster, std::nullopt));
}

TEST(Avail, SaysWhatItsUserMayHave) {
    EXPECT_EQ(
        describe_allowance(cluster),
        "your jobs   5 pending, 1 running\n"
        "account ml  default; qos normal; at most 100 jobs that wait or run, 20 jobs running, "
        "2-00:00:00 a job\n"
        "qos normal  at most 1-00:00:00 a job, cpu=64\n"
        "arrays      of up to 1000 jobs each; `rdvc run` divides a larger sweep\n"
        "unknown     sacctmgr does not answer: sacctmgr: no\n");
    EXPECT_EQ(describe_allowance({}), "your jobs  none\n");
}

TEST(Avail, WritesJsonOfAnyText) {
    const auto text = as_json(cluster, "hpc");
    EXPECT_NE(text.find("\"version\": 1"), std::string::npos);
    EXPECT_NE(text.find("\"max_seconds\": 604800"), std::string::npos);
    EXPECT_NE(text.find("\"max_seconds\": null"), std::string::npos);
}

TEST(Estimates, AreCountedFromTheClustersClock) {
    const auto later =
        parse_estimate("0 1796022650 gpu sbatch: Job 20 to start at 1796029850 using "
                       "1 processors on nodes n1 in partition gpu");
    EXPECT_EQ(later.partition, "gpu");
    EXPECT_EQ(later.in, 7200);
    EXPECT_EQ(parse_estimate("0 1000 - sbatch: Job 1 to start at 990 using").in, 0);
    // An older sbatch that prints a date; one that refuses; garbage.
    for (const auto* line : {"0 1000 p sbatch: Job 1 to start at 2026-11-30T08:14:10 using 1",
                             "1 1000 p allocation failure: Requested node configuration is not "
                             "available",
                             "", "0", "0 0 0", "x y z to start at 5"})
        EXPECT_FALSE(parse_estimate(line).in) << line;
    EXPECT_EQ(
        describe_estimates({parse_estimate("0 1000 - sbatch: Job 1 to start at 195088474700")}),
        "with these options  in more than a year: other jobs have no time limit\n");
    EXPECT_EQ(describe_estimates({later, parse_estimate("1 1000 p allocation failure: no")}),
              "partition gpu  in 2 h\npartition p    allocation failure: no\n");
}

} // namespace
} // namespace rdvc::state
