// The range of a figure's points.
#pragma once

#include <vector>

#include "table/figure.hpp"

namespace rdvc::table {

struct Range {
    double low_x = 0;
    double high_x = 0;
    double low_y = 0;
    double high_y = 0;
};

/// Of all points; zeros without any point.
Range range_of(const std::vector<Series>& series);

} // namespace rdvc::table
