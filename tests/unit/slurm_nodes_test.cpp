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
    const auto nodes = parse_sinfo_line("gpu*|g5.xlarge,intel|craynetwork:4,gpu:a10g:1(S:0)|1-00");
    ASSERT_TRUE(nodes.has_value());
    EXPECT_EQ(nodes->partition, "gpu");
    EXPECT_TRUE(nodes->is_default && nodes->has_gpu());
    EXPECT_EQ(nodes->features, (std::vector<std::string>{"g5.xlarge", "intel"}));
    const auto plain = parse_sinfo_line("cpu|(null)|(null)|infinite");
    ASSERT_TRUE(plain.has_value());
    EXPECT_TRUE(plain->features.empty() && plain->gres.empty() && !plain->is_default);
    for (const auto* line : {"", "cpu", "cpu|x", "|x|y", "*|x|y", "slurm_load_node error"})
        EXPECT_FALSE(parse_sinfo_line(line)) << line;
}

// A GPU is requested only if the feature distinguishes its nodes from others without one.
TEST(Offers, KnowGpusByTheNodesThatHaveTheFeature) {
    const auto found = offers_of(
        {"cpu|t3.xlarge,intel|(null)|infinite", "gpu|g5.xlarge,intel|gpu:a10g:1|2-00:00:00"});
    ASSERT_EQ(found.size(), 3U);
    EXPECT_TRUE(found[0].feature == "t3.xlarge" && !found[0].gpu && found[0].gres.empty());
    EXPECT_TRUE(found[1].feature == "intel" && !found[1].gpu && found[1].gres == "gpu:a10g:1");
    EXPECT_TRUE(found[2].feature == "g5.xlarge" && found[2].gpu);
    const auto same = offers_of({"all*|t3.xlarge,g5.xlarge|gpu:4|infinite"});
    ASSERT_EQ(same.size(), 2U);
    EXPECT_TRUE(!same[0].gpu && !same[1].gpu && same[1].gres == "gpu:4");
}

TEST(Offers, PreferTheDefaultPartition) {
    const auto found = offers_of({"debug|a|(null)|1", "general*|a|(null)|2", "long|a,b|(null)|3"});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].partition, "general");
    EXPECT_EQ(found[1].partition, "long");
}

} // namespace
} // namespace rdvc::slurm
