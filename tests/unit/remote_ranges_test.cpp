#include <gtest/gtest.h>

#include "remote/lookup.hpp"
#include "support/expect_error.hpp"

namespace rdvc::remote {
namespace {

using Words = std::vector<std::string>;

TEST(ExpandRanges, NamesEachTask) {
    EXPECT_EQ(expand_ranges({}, {"grid.3-5", "42"}), Words({"grid.3", "grid.4", "grid.5", "42"}));
    EXPECT_EQ(expand_ranges({}, {"42.7-7"}), Words({"42.7"}));
    EXPECT_EQ(expand_ranges({}, {"lr=0.1-x.2-3"}), Words({"lr=0.1-x.2", "lr=0.1-x.3"}));
}

TEST(ExpandRanges, LeavesOtherWordsAlone) {
    for (const auto* word : {"", "grid", "grid.3", "grid-3", "grid.3-", "grid.-3", "grid.a-b",
                             ".3-4", "grid.3-4-", "a.b-3"})
        EXPECT_EQ(expand_ranges({}, {word}), Words({word}));
    ledger::Record record;
    record.name = "v1.3-7";
    EXPECT_EQ(expand_ranges({record}, {"v1.3-7"}), Words({"v1.3-7"}));
}

TEST(ExpandRanges, RefusesOneThatDescends) {
    EXPECT_FAILS(expand_ranges({}, {"grid.7-3"}), base::Exit::usage,
                 "the tasks of `grid.7-3` must ascend");
}

} // namespace
} // namespace rdvc::remote
