#include "slurm/units.hpp"

#include <gtest/gtest.h>

namespace rdvc::slurm {
namespace {

TEST(SecondsOf, ReadsWhatSbatchTakes) {
    EXPECT_EQ(seconds_of("30"), 1800);
    EXPECT_EQ(seconds_of("30:10"), 1810);
    EXPECT_EQ(seconds_of("2:00:00"), 7200);
    EXPECT_EQ(seconds_of("1-12"), 129600);
    EXPECT_EQ(seconds_of("1-12:30"), 131400);
    EXPECT_EQ(seconds_of("0-0:0:5"), 5);
    for (const auto* other : {"", "0", "UNLIMITED", "1:2:3:4", "-5", "1-", "a-1", "1:x"})
        EXPECT_FALSE(seconds_of(other)) << other;
}

TEST(TimeText, IsWhatSbatchTakes) {
    EXPECT_EQ(time_text(120), "00:02:00");
    EXPECT_EQ(time_text(86'400 + 3661), "1-01:01:01");
    EXPECT_EQ(seconds_of(time_text(180'061)), 180'061);
}

TEST(MebibytesOf, ReadsWhatSbatchTakes) {
    EXPECT_EQ(mebibytes_of("512"), 512U);
    EXPECT_EQ(mebibytes_of("4G"), 4096U);
    EXPECT_EQ(mebibytes_of("1tb"), 1024U * 1024);
    EXPECT_EQ(mebibytes_of("1500K"), 2U);
    for (const auto* other : {"", "0", "G", "4X", "-1", "1.5G", "all", "99999999999999G"})
        EXPECT_FALSE(mebibytes_of(other)) << other;
}

TEST(SizeText, NeverSaysMore) {
    EXPECT_EQ(size_text(512), "512M");
    EXPECT_EQ(size_text(1500), "1500M");
    EXPECT_EQ(size_text(65536), "64G");
    EXPECT_EQ(size_text(191'000), "186G");
    EXPECT_EQ(size_text(2'097'152), "2T");
}

} // namespace
} // namespace rdvc::slurm
