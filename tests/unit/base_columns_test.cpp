#include "base/columns.hpp"

#include <gtest/gtest.h>

namespace rdvc::base {
namespace {

TEST(Columns, ArePaddedButForTheLast) {
    EXPECT_EQ(columns({}), "");
    EXPECT_EQ(
        columns({{"EXPERIMENT", "JOB", "STATE"}, {"exp-1", "1234", "running"}, {"a", "7", ""}}),
        "EXPERIMENT  JOB   STATE\n"
        "exp-1       1234  running\n"
        "a           7     \n");
}

TEST(Columns, CountCharactersNotBytes) {
    EXPECT_EQ(columns({{"\xc3\xbc\xc3\xbc", "x"}, {"abc", "y"}}), "\xc3\xbc\xc3\xbc   x\nabc  y\n");
}

TEST(Columns, TakeRowsOfDifferentLengths) {
    EXPECT_EQ(columns({{"a"}, {"bbb", "c"}, {"d", "e", "f"}}), "a\nbbb  c\nd    e  f\n");
}

TEST(Columns, ShowControlCharactersAndStayColumns) {
    EXPECT_EQ(columns({{"a\033[2J", "x"}, {"b", "y"}}), "a\\x1b[2J  x\nb         y\n");
}

} // namespace
} // namespace rdvc::base
