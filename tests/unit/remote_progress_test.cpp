// The progress line of a transfer.

#include <gtest/gtest.h>

#include "remote/progress.hpp"

namespace rdvc::remote {
namespace {

constexpr std::uint64_t mega = 1'000'000;

TEST(ProgressLine, HasTheRateAndTheTimeLeftAfterASecond) {
    EXPECT_EQ(progress_line("sending", 0, 10 * mega, 0, 80), "sending: 0 B of 10 MB, 0 %");
    EXPECT_EQ(progress_line("sending", 5 * mega, 10 * mega, 0.5, 80),
              "sending: 5.0 MB of 10 MB, 50 %");
    EXPECT_EQ(progress_line("sending", 5 * mega, 10 * mega, 2, 80),
              "sending: 5.0 MB of 10 MB, 50 %, 2.5 MB/s, 3 s left");
    EXPECT_EQ(progress_line("sending", 10 * mega, 10 * mega, 4, 80),
              "sending: 10 MB of 10 MB, 100 %, 2.5 MB/s");
    EXPECT_EQ(progress_line("sending", mega, 10000 * mega, 1000, 80),
              "sending: 1.0 MB of 10 GB, 0 %, 1.0 KB/s, 115 d left");
}

TEST(ProgressLine, GivesWayInANarrowTerminal) {
    EXPECT_EQ(progress_line("sending", 5 * mega, 10 * mega, 2, 45),
              "sending: 5.0 MB of 10 MB, 50 %, 2.5 MB/s");
    EXPECT_EQ(progress_line("sending", 5 * mega, 10 * mega, 2, 35),
              "sending: 5.0 MB of 10 MB, 50 %");
    EXPECT_EQ(progress_line("sending", 5 * mega, 10 * mega, 2, 19), "50 %");
}

TEST(ProgressLine, IsTotal) {
    EXPECT_EQ(progress_line("bringing", 3, 0, 0, 80), "bringing: 3 B of 0 B, 0 %");
    EXPECT_EQ(progress_line("bringing", 30, 10, 5, 80), "bringing: 30 B of 10 B, 100 %, 6 B/s");
}

} // namespace
} // namespace rdvc::remote
