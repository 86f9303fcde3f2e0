// A plot as a value, and its two pictures: text for a terminal and SVG. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace rdvc::table {

struct Series {
    std::string name;
    std::vector<std::pair<double, double>> points; ///< finite, by x
};

struct Figure {
    std::string title = {};
    std::string x_label = {};
    std::string y_label = {};
    bool is_log = false; ///< x has a logarithmic scale; all x are positive then
    bool has_lines = true;
    bool has_points = false;         ///< each one marked
    std::vector<Series> series = {}; ///< at least one point in all
};

/// True if these values are positive and span two decades or more.
bool asks_for_log(const std::vector<Series>& series);

struct Canvas {
    std::size_t columns = 80;
    std::size_t lines = 24;
    bool has_utf8 = true; ///< braille characters and lines; otherwise ASCII
    bool has_color = false;
};

/// Text of at most that size (at least 30 x 8), each line with a line end. Several series have
/// letters, and colours if there are any.
std::string draw_text(const Figure& figure, const Canvas& canvas);

/// A whole SVG file.
std::string draw_svg(const Figure& figure);

} // namespace rdvc::table
