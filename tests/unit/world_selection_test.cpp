// Which part of a list a screen shows.

#include <gtest/gtest.h>

#include "world/selection.hpp"

namespace rdvc::world {
namespace {

TEST(Selection, StaysInTheListAndOnTheScreen) {
    Selection selection;
    const auto is = [&](std::size_t row, std::size_t top) {
        return selection.row == row && selection.top == top;
    };
    selection.move(Key::up, 10, 3);
    EXPECT_TRUE(is(0, 0));
    for (int i = 0; i < 4; ++i)
        selection.move(Key::down, 10, 3);
    EXPECT_TRUE(is(4, 2));
    selection.move(Key::up, 10, 3);
    selection.move(Key::up, 10, 3);
    selection.move(Key::up, 10, 3);
    EXPECT_TRUE(is(1, 1));
    selection.move(Key::last, 10, 3);
    EXPECT_TRUE(is(9, 7));
    selection.move(Key::down, 10, 3);
    EXPECT_TRUE(is(9, 7));
    selection.move(Key::none, 10, 8);
    EXPECT_TRUE(is(9, 2)) << "a taller screen is filled";
    selection.move(Key::none, 4, 8);
    EXPECT_TRUE(is(3, 0)) << "a shorter list";
    selection.move(Key::none, 0, 0);
    EXPECT_TRUE(is(0, 0)) << "nothing at all";
    selection.move(Key::first, 10, 3);
    EXPECT_TRUE(is(0, 0));
}

} // namespace
} // namespace rdvc::world
