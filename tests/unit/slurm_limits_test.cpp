#include "slurm/limits.hpp"

#include <gtest/gtest.h>

namespace rdvc::slurm {
namespace {

const std::string partition_line =
    "partition PartitionName=short AllowGroups=ALL AllowAccounts=physics,chem DenyAccounts=guests "
    "AllowQos=ALL AllocNodes=ALL Default=NO QoS=debug DefaultTime=00:01:00 MaxTime=00:02:00 "
    "MaxCPUsPerNode=32 Nodes=node[1-2] State=DRAIN JobDefaults=(null) MaxMemPerNode=64000 "
    "TRES=cpu=4,mem=64G,node=1\n";

TEST(Limits, AreReadFromSlurmsOwnWords) {
    const auto limits =
        parse_limits("nodes general*|2|idle|64|257000|0/128/0/128|gpu:a100:4|gpu:a100:0|avx|\n" +
                     partition_line +
                     "partition PartitionName=general MaxTime=UNLIMITED QoS=N/A State=UP\n"
                     "setting ClusterName hpc\n"
                     "setting AccountingStorageEnforce associations,limits,qos\n"
                     "setting MaxArraySize 1001\n"
                     "association other|physics|elsewhere||normal|normal|1|1|1|1\n"
                     "association hpc|physics|physics||normal,high|normal|100|20|500|2-00:00:00\n"
                     "association hpc||||||||\n"
                     "qos high|DenyOnLimit,OverPartQOS|10|2||12:00:00|cpu=64\n"
                     "jobs      5 PENDING\n"
                     "jobs 2 RUNNING\n"
                     "preset PARTITION short\n"
                     "silent qos sacctmgr: error: no answer\n");
    ASSERT_EQ(limits.partition_names(), (std::vector<std::string>{"general", "short"}));
    const auto& general = limits.partitions[0];
    EXPECT_TRUE(general.is_default && general.nodes.size() == 1 && !general.max_time);
    EXPECT_EQ(general.qos, "");
    EXPECT_EQ(general.state, "UP");
    const auto& one = limits.partitions[1];
    EXPECT_TRUE(!one.is_default && one.nodes.empty());
    EXPECT_EQ(one.max_time, 120);
    EXPECT_EQ(one.max_cpus, 32U);
    EXPECT_EQ(one.max_memory, 64'000U);
    EXPECT_EQ(one.qos, "debug");
    EXPECT_EQ(one.only_for,
              (std::map<std::string, std::string>{{"accounts", "physics,chem,-guests"}}));
    ASSERT_EQ(limits.associations.size(), 1U) << "not those of another cluster";
    EXPECT_EQ(limits.associations[0].account, "physics");
    EXPECT_EQ(limits.associations[0].max_submit, 100U);
    EXPECT_EQ(limits.associations[0].max_time, 172'800);
    EXPECT_EQ(limits.default_account, "physics");
    ASSERT_NE(limits.find_qos("high"), nullptr);
    EXPECT_TRUE(limits.find_qos("high")->has_flag("OverPartQOS"));
    EXPECT_EQ(limits.jobs, (std::map<std::string, std::uint64_t>{{"PENDING", 5}, {"RUNNING", 2}}));
    EXPECT_EQ(limits.presets.at("PARTITION"), "short");
    EXPECT_EQ(limits.silent.at("qos"), "sacctmgr: error: no answer");
    EXPECT_TRUE(limits.enforces("limits") && !limits.enforces("safe"));
}

// What accounting has where nothing was ever set, and where there is no accounting.
TEST(Limits, ThatAreNotToldAreUnknown) {
    const auto limits = parse_limits("association hpc||a||||0|0||00:00:00\n"
                                     "qos normal||||||\n"
                                     "partition PartitionName=p MaxTime=UNLIMITED State=UP "
                                     "MaxCPUsPerNode=UNLIMITED MaxMemPerNode=UNLIMITED\n");
    ASSERT_EQ(limits.associations.size(), 1U);
    const auto& association = limits.associations[0];
    EXPECT_TRUE(!association.max_submit && !association.max_jobs && !association.max_time);
    EXPECT_TRUE(!limits.qos[0].max_submit && !limits.qos[0].max_time);
    const auto& partition = limits.partitions[0];
    EXPECT_TRUE(!partition.max_time && !partition.max_cpus && !partition.max_memory);
    EXPECT_FALSE(limits.enforces("limits"));
    EXPECT_TRUE(parse_limits("").partitions.empty());
}

// SLURM refuses such names, and still nothing else may take their place.
TEST(Limits, OddNamesStayInOnePiece) {
    const auto limits = parse_limits(
        "partition PartitionName=my own part State=UP MaxTime=10\n"
        "nodes my own part|1|idle|4|1000|0/4/0/4|(null)|(null)|a|\n"
        "partition No such thing\npartition =\nqos |||||||\nassociation |\njobs x y\njobs 3\n"
        "setting\npreset\nsilent\nwhat is this\n");
    ASSERT_EQ(limits.partition_names(), std::vector<std::string>{"my own part"});
    EXPECT_EQ(limits.partitions[0].max_time, 600);
    EXPECT_EQ(limits.partitions[0].nodes.size(), 1U);
    EXPECT_TRUE(limits.qos.empty() && limits.associations.empty() && limits.jobs.empty());
    EXPECT_TRUE(limits.settings.empty() && limits.presets.empty() && limits.silent.empty());
}

} // namespace
} // namespace rdvc::slurm
