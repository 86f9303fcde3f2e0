#include "train/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "expect_error.hpp"
#include "train/random.hpp"

using namespace esol;

TEST(Split, PartsAreDisjointAndComplete) {
    const auto split = shuffle_split(1128, {0.1, 0.1, 0});
    EXPECT_EQ(split.train.size(), 902U);
    EXPECT_EQ(split.validation.size(), 113U);
    EXPECT_EQ(split.test.size(), 113U);
    std::vector<std::size_t> all = split.train;
    all.insert(all.end(), split.validation.begin(), split.validation.end());
    all.insert(all.end(), split.test.begin(), split.test.end());
    std::ranges::sort(all);
    std::vector<std::size_t> expected(1128);
    std::iota(expected.begin(), expected.end(), std::size_t{0});
    EXPECT_EQ(all, expected);
}

TEST(Split, FollowsTheSeed) {
    EXPECT_EQ(shuffle_split(100, {0.1, 0.1, 5}).test, shuffle_split(100, {0.1, 0.1, 5}).test);
    EXPECT_NE(shuffle_split(100, {0.1, 0.1, 5}).test, shuffle_split(100, {0.1, 0.1, 6}).test);
}

TEST(Split, RefusesAnEmptyPart) {
    for (const SplitOptions options : {SplitOptions{0.0, 0.5, 0}, {0.5, 0.0, 0}, {0.5, 0.5, 0}}) {
        EXPECT_EQ(error_of([&] { shuffle_split(10, options); }),
                  "the fractions under `split.presets` leave no molecule, of 10, for training, "
                  "validation or test");
    }
}

// std::mt19937_64 is specified to the bit, so these hold with every compiler; the
// numbers are from an implementation in another language.
TEST(Random, IsTheSameEverywhere) {
    Random random(0);
    EXPECT_DOUBLE_EQ(random.uniform(), 0.1597933633704608);
    Random other(1);
    EXPECT_EQ(permutation(8, other), (std::vector<std::size_t>{4, 6, 3, 5, 1, 7, 2, 0}));
}

TEST(Random, BelowIsUniform) {
    Random random(3);
    std::array<int, 3> counts{};
    for (int i = 0; i < 30000; ++i)
        ++counts.at(random.below(3));
    for (const int count : counts)
        EXPECT_NEAR(count, 10000, 400);
}
