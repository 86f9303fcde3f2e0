#include "sweep/numbers.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace rdvc::sweep {
namespace {

// As Python's repr() writes them.
TEST(FloatText, IsTheShortestThatIsReadBack) {
    const std::vector<std::pair<double, std::string>> cases = {
        {0.1, "0.1"},
        {1, "1.0"},
        {-0.0, "-0.0"},
        {100000, "100000.0"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {1.5e300, "1.5e+300"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {0.00012345, "0.00012345"},
        {5e-324, "5e-324"},
        {123456789012345678.0, "1.2345678901234568e+17"},
        {0.1 + 0.2, "0.30000000000000004"},
    };
    for (const auto& [number, text] : cases)
        EXPECT_EQ(float_text(number), text);
}

TEST(ParseFloat, IsPythons) {
    EXPECT_EQ(parse_float(" 1_0.5e-1_0 "), 10.5e-10);
    EXPECT_EQ(parse_float(".5"), 0.5);
    EXPECT_EQ(parse_float("-Infinity"), -HUGE_VAL);
    for (const auto* text : {"", ".", "e5", "1_", "_1", "1__0", "0x10", "1 2", "1e", "infin"})
        EXPECT_FALSE(parse_float(text)) << text;
}

TEST(ParseInteger, HasAnySize) {
    EXPECT_EQ(parse_integer(" -0_012 ")->digits, "-12");
    EXPECT_EQ(parse_integer("-0")->digits, "0");
    EXPECT_EQ(parse_integer("+123456789012345678901234567890")->digits,
              "123456789012345678901234567890");
    EXPECT_EQ(to_integer(1e23)->digits, "99999999999999991611392");
    for (const auto* text : {"", "-", "1.0", "1_", "a"})
        EXPECT_FALSE(parse_integer(text)) << text;
}

// decimal.Decimal(0.1) + decimal.Decimal(0.2), and so on, with 28 digits.
TEST(Decimal, AddsAsPythonDoes) {
    EXPECT_EQ(Decimal(0.1).plus(Decimal(0.2)).to_double(), 0.30000000000000004);
    auto tenth = Decimal(0.0);
    for (int i = 0; i < 10; ++i)
        tenth = tenth.plus(Decimal(0.1));
    EXPECT_EQ(tenth.to_double(), 1.0);
    EXPECT_EQ(Decimal(1.0).plus(Decimal(-1.0)).compare(Decimal(0.0)), 0);
    EXPECT_LT(Decimal(-2.0).compare(Decimal(Integer{"-1"})), 0);
    EXPECT_GT(Decimal(0.1).compare(Decimal(-0.1)), 0);
    EXPECT_EQ(Decimal(1e300).plus(Decimal(1e-300)).to_double(), 1e300);
}

} // namespace
} // namespace rdvc::sweep
