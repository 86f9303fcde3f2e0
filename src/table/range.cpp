#include "table/range.hpp"

#include <algorithm>

namespace rdvc::table {

Range range_of(const std::vector<Series>& series) {
    Range range;
    bool is_first = true;
    for (const auto& one : series)
        for (const auto& [x, y] : one.points) {
            if (is_first)
                range = {x, x, y, y};
            is_first = false;
            range = {std::min(range.low_x, x), std::max(range.high_x, x), std::min(range.low_y, y),
                     std::max(range.high_y, y)};
        }
    return range;
}

bool asks_for_log(const std::vector<Series>& series) {
    constexpr double two_decades = 100;
    const auto range = range_of(series);
    return range.low_x > 0 && range.high_x / range.low_x >= two_decades * (1 - 1e-9);
}

} // namespace rdvc::table
