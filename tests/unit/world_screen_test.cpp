// Keys as terminals send them.

#include <gtest/gtest.h>

#include "world/screen.hpp"

namespace rdvc::world {
namespace {

std::vector<Key> keys_of(std::string bytes) {
    std::vector<Key> all;
    while (true) {
        const auto key = take_key(bytes);
        if (key == Key::none)
            return all;
        all.push_back(key);
    }
}

TEST(Keys, AreReadInBothModesOfATerminal) {
    using enum Key;
    EXPECT_EQ(keys_of("\x1b[A\x1bOA"
                      "k"),
              (std::vector{up, up, up}));
    EXPECT_EQ(keys_of("\x1b[B\x1b[C\x1b[D"), (std::vector{down, open, back}));
    EXPECT_EQ(keys_of("\r"), std::vector{open});
    EXPECT_EQ(keys_of("\x1b"), std::vector{back}) << "Esc alone";
    EXPECT_EQ(keys_of("gGq"), (std::vector{first, last, quit}));
}

TEST(Keys, OthersAreDropped) {
    using enum Key;
    EXPECT_EQ(keys_of("xyz\x1b[5~\x1b[1;5Aq"), std::vector{quit}) << "page up, Ctrl-Up";
    EXPECT_EQ(keys_of("\x1b[200"), std::vector<Key>());
    EXPECT_EQ(keys_of("\xc3\xa4"), std::vector<Key>());
    EXPECT_EQ(keys_of(""), std::vector<Key>());
}

} // namespace
} // namespace rdvc::world
