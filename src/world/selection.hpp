// The part of a long list that a screen shows, and the row that keys move. Pure.
#pragma once

#include <algorithm>
#include <cstddef>

#include "world/screen.hpp"

namespace rdvc::world {

struct Selection {
    std::size_t row = 0; ///< the selected one
    std::size_t top = 0; ///< the first that is shown

    /// Moves as `key` says through `count` rows, of which `height` fit; the row stays among them.
    void move(Key key, std::size_t count, std::size_t height) {
        const auto last = count == 0 ? 0 : count - 1;
        if (key == Key::up && row > 0)
            --row;
        if (key == Key::down)
            ++row;
        if (key == Key::first)
            row = 0;
        row = key == Key::last ? last : std::min(row, last);
        height = std::max<std::size_t>(height, 1);
        top = std::min({top, row, count > height ? count - height : 0});
        if (row >= top + height)
            top = row - height + 1;
    }
};

} // namespace rdvc::world
