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

TEST(Clock, ReadsTimesThatAPersonTypes) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    constexpr std::int64_t noon = 1710158400; // 2024-03-11T12:00:00Z
    EXPECT_EQ(parse_when("10m", noon), -600);
    EXPECT_EQ(parse_when("2h", noon), -7200);
    EXPECT_EQ(parse_when("3d", noon), -259200);
    EXPECT_EQ(parse_when("0s", noon), -1);
    EXPECT_EQ(parse_when("12:00", noon), noon);
    EXPECT_EQ(parse_when("11:59:30", noon), noon - 30);
    EXPECT_EQ(parse_when("14:20", noon + 59), noon + 8400 - 86400) << "yesterday";
    for (const auto* text : {"2024-03-11T12:00", "2024-03-11T12:00:00", "2024-03-11 12:00"})
        EXPECT_EQ(parse_when(text, 0), noon) << text;
    EXPECT_EQ(parse_when("2024-03-11", 0), noon - 43200);
    for (const auto* other : {"", "m", "10", "-10m", "10w", "10mm", "25:00", "12:60", "2024-02-30",
                              "2024-13-01", "12:00x", "9999999999d", "now"})
        EXPECT_EQ(parse_when(other, noon), std::nullopt) << other;
    ::unsetenv("TZ");
    ::tzset();
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
