#include "base/clock.hpp"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace rdvc::base {
namespace {

TEST(Clock, ShowsTheDayWhereItIsAnother) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    constexpr std::int64_t noon = 1710158400; // 2024-03-11 12:00
    EXPECT_EQ(wall_time(noon + 8400, noon), "14:20");
    EXPECT_EQ(wall_time(noon + 86400, noon), "2024-03-12 12:00");
    EXPECT_EQ(wall_time_exactly(noon + 1), "2024-03-11 12:00:01");
    ::unsetenv("TZ");
    ::tzset();
}

TEST(Clock, ReadsTimesOfTheLedger) {
    EXPECT_EQ(parse_utc("2024-03-11T12:00:00Z"), 1710158400);
    for (const auto* other : {"", "2024-03-11", "2024-03-11T12:00:00", "2024-03-11T12:00:00Zx"})
        EXPECT_EQ(parse_utc(other), 0) << other;
}

TEST(Clock, SaysDurationsInTwoUnits) {
    EXPECT_EQ(duration(0), "0 s");
    EXPECT_EQ(duration(59), "59 s");
    EXPECT_EQ(duration(3599), "59 min");
    EXPECT_EQ(duration(3600), "1 h");
    EXPECT_EQ(duration(7500), "2 h 5 min");
    EXPECT_EQ(duration(86400), "1 d");
    EXPECT_EQ(duration(100000), "1 d 3 h");
}

} // namespace
} // namespace rdvc::base
