#include "slurm/nodes.hpp"

#include <gtest/gtest.h>

namespace rdvc::slurm {
namespace {

std::vector<Offer> offers_of(const std::vector<std::string>& lines) {
    std::vector<Nodes> all;
    for (const auto& line : lines)
        if (const auto nodes = parse_sinfo_line(line))
            all.push_back(*nodes);
    return offers(all);
}

TEST(Sinfo, IsReadLineByLine) {
    const auto nodes =
        parse_sinfo_line("gpu*|3|MIXED|64|257000|90/38/0/192|craynetwork:4,gpu:a10g:1"
                         "(S:0)|gpu:a10g:1(IDX:0)|g5.xlarge,intel|");
    ASSERT_TRUE(nodes.has_value());
    EXPECT_EQ(nodes->partition, "gpu");
    EXPECT_TRUE(nodes->is_default && nodes->has_gpu() && nodes->is_mixed() && !nodes->is_out());
    EXPECT_EQ(nodes->features, (std::vector<std::string>{"g5.xlarge", "intel"}));
    EXPECT_EQ(nodes->count, 3U);
    EXPECT_EQ(nodes->cpus, 64U);
    EXPECT_EQ(nodes->memory, 257'000U);
    EXPECT_TRUE(nodes->free_cpus == 38 && nodes->all_cpus == 192);
    // Padded by an older sinfo; nothing to say; words that no SLURM has.
    const auto plain = parse_sinfo_line("cpu   |1 | weird~ |4+|many|?|(null)|(null)|(null)");
    ASSERT_TRUE(plain.has_value());
    EXPECT_TRUE(plain->features.empty() && plain->gres.empty() && !plain->is_default);
    EXPECT_TRUE(!plain->cpus && !plain->memory && plain->free_cpus == 0 && plain->is_out());
    for (const auto* line : {"", "cpu", "|1|idle|4|1|0/4/0/4|x|x|x|", "*|1|idle|4|1|0/4/0/4|x|x|x|",
                             "cpu|x|idle|4|1|0/4/0/4|x|x|x|", "slurm_load_node error"})
        EXPECT_FALSE(parse_sinfo_line(line)) << line;
}

TEST(Sinfo, SaysWhetherAJobCanStartOnANode) {
    struct Case {
        std::string state;
        bool is_idle;
        bool is_out;
    };
    for (const auto& [state, is_idle, is_out] : std::vector<Case>{{"idle", true, false},
                                                                  {"idle~", true, false},
                                                                  {"idle*", false, true},
                                                                  {"mixed", false, false},
                                                                  {"allocated+", false, false},
                                                                  {"drained", false, true},
                                                                  {"down*", false, true},
                                                                  {"reserved", false, true},
                                                                  {"\xc3\xa9", false, true},
                                                                  {"", false, true}}) {
        Nodes nodes;
        nodes.state = state;
        EXPECT_EQ(nodes.is_idle(), is_idle) << state;
        EXPECT_EQ(nodes.is_out(), is_out) << state;
    }
}

TEST(Gpus, AreCountedByType) {
    using Gpus = std::map<std::string, std::uint64_t>;
    EXPECT_EQ(gpus_in("gpu:a100:4(S:0-1),gpu:v100:2,shard:8"), (Gpus{{"a100", 4}, {"v100", 2}}));
    EXPECT_EQ(gpus_in("gpu:a100:2(IDX:0,3),gpu:a100:1"), (Gpus{{"a100", 3}}));
    EXPECT_EQ(gpus_in("gpu:4"), (Gpus{{"", 4}}));
    EXPECT_EQ(gpus_in("gpu"), (Gpus{{"", 1}}));
    EXPECT_EQ(gpus_in("gpu:(null):0(IDX:N/A)"), (Gpus{{"", 0}}));
    EXPECT_EQ(gpus_in("gpu:a100"), (Gpus{{"a100", 1}}));
    for (const auto* other : {"", "craynetwork:4", "gpu:a:b:c", "((((", "gpux:3"})
        EXPECT_TRUE(gpus_in(other).empty()) << other;
}

// A GPU is requested only if the feature distinguishes its nodes from others without one.
TEST(Offers, KnowGpusByTheNodesThatHaveTheFeature) {
    const auto found = offers_of({"cpu|1|idle|4|1|0/4/0/4|(null)|(null)|t3.xlarge,intel|",
                                  "gpu|1|idle|4|1|0/4/0/4|gpu:a10g:1|(null)|g5.xlarge,intel|"});
    ASSERT_EQ(found.size(), 3U);
    EXPECT_TRUE(found[0].feature == "t3.xlarge" && !found[0].gpu && found[0].gres.empty());
    EXPECT_TRUE(found[1].feature == "intel" && !found[1].gpu && found[1].gres == "gpu:a10g:1");
    EXPECT_TRUE(found[2].feature == "g5.xlarge" && found[2].gpu);
    const auto same = offers_of({"all*|1|idle|4|1|0/4/0/4|gpu:4|(null)|t3.xlarge,g5.xlarge|"});
    ASSERT_EQ(same.size(), 2U);
    EXPECT_TRUE(!same[0].gpu && !same[1].gpu && same[1].gres == "gpu:4");
}

TEST(Offers, PreferTheDefaultPartition) {
    const auto found = offers_of({"debug|1|idle|4|1|0/4/0/4|(null)|(null)|a|",
                                  "general*|1|idle|4|1|0/4/0/4|(null)|(null)|a|",
                                  "long|1|idle|4|1|0/4/0/4|(null)|(null)|a,b|"});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].partition, "general");
    EXPECT_EQ(found[1].partition, "long");
}

} // namespace
} // namespace rdvc::slurm
