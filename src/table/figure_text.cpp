#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/core.h>

#include "base/text.hpp"
#include "table/axis.hpp"
#include "table/figure.hpp"
#include "table/range.hpp"

namespace rdvc::table {

namespace {

// Unicode, "Braille Patterns": the bits of a cell's dots, 2 x 4.
constexpr std::array<std::array<unsigned, 2>, 4> dots = {
    {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
constexpr std::array<int, 6> colors = {36, 33, 35, 32, 34, 31};
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";

std::string braille(unsigned bits) { // U+2800 + bits, as UTF-8
    return {static_cast<char>(0xe2), static_cast<char>(0xa0 + (bits >> 6U)),
            static_cast<char>(0x80 + (bits & 0x3fU))};
}

struct Cell {
    unsigned bits = 0;
    std::size_t series = 0; ///< that was drawn last
    char letter = 0;
};

// The area inside of the axes, in cells; a cell has 2 x 4 dots, or in ASCII is one.
class Area {
  public:
    Area(std::size_t columns, std::size_t lines, bool has_utf8)
        : columns_(columns), lines_(lines), across_(has_utf8 ? 2 : 1), down_(has_utf8 ? 4 : 1),
          cells_(columns * lines) {}

    using Spot = std::pair<long, long>;

    [[nodiscard]] Spot spot(double x, double y) const { // 0 to 1 each; y goes up
        return {std::lround(x * static_cast<double>(columns_ * across_ - 1)),
                std::lround((1 - y) * static_cast<double>(lines_ * down_ - 1))};
    }

    void dot(Spot at, std::size_t series) {
        const auto [x, y] = at;
        if (x < 0 || y < 0 || x >= static_cast<long>(columns_ * across_) ||
            y >= static_cast<long>(lines_ * down_))
            return;
        const auto column = static_cast<std::size_t>(x);
        const auto line = static_cast<std::size_t>(y);
        auto& cell = cell_at(column / across_, line / down_);
        cell.bits |= dots.at(line % down_).at(column % across_);
        cell.series = series;
    }

    void line(Spot from, Spot to, std::size_t series) {
        const auto steps =
            std::max({std::abs(to.first - from.first), std::abs(to.second - from.second), 1L});
        for (long i = 0; i <= steps; ++i) {
            const double part = static_cast<double>(i) / static_cast<double>(steps);
            const auto between = [part](long a, long b) {
                return std::lround(static_cast<double>(a) + part * static_cast<double>(b - a));
            };
            dot({between(from.first, to.first), between(from.second, to.second)}, series);
        }
    }

    // A point on its own: larger than one dot.
    void mark(Spot at, std::size_t series) {
        for (const long right : {0L, across_ > 1 ? 1L : 0L})
            for (const long below : {0L, down_ > 1 ? 1L : 0L})
                dot({at.first + right, at.second + below}, series);
    }

    void letter(Spot at, std::size_t series) {
        auto& cell = cell_at(static_cast<std::size_t>(at.first) / across_,
                             static_cast<std::size_t>(at.second) / down_);
        cell.letter = letters[series % letters.size()];
        cell.series = series;
    }

    [[nodiscard]] const Cell& cell(std::size_t column, std::size_t line) const {
        return cells_[line * columns_ + column];
    }

  private:
    Cell& cell_at(std::size_t column, std::size_t line) { return cells_[line * columns_ + column]; }

    std::size_t columns_;
    std::size_t lines_;
    std::size_t across_;
    std::size_t down_;
    std::vector<Cell> cells_;
};

class Drawing {
  public:
    Drawing(const Figure& figure, const Canvas& canvas)
        : figure_(figure), canvas_(canvas), several_(figure.series.size() > 1) {}

    std::string draw() {
        const auto columns = std::max<std::size_t>(canvas_.columns, 30);
        const auto lines = std::max<std::size_t>(canvas_.lines, 8);
        const auto legend = legend_lines(columns);
        const auto other = 4 + std::min(legend.size(), lines / 3); // title, axis, numbers, label
        const auto height = std::max<std::size_t>(lines > other ? lines - other : 4, 4);
        const auto range = range_of(figure_.series);
        const Axis y(range.low_y, range.high_y, false, std::max<std::size_t>(height / 3, 2));
        std::size_t margin = 0;
        for (const auto& tick : y.ticks())
            margin = std::max(margin, tick.text.size());
        const auto width = columns - std::min(margin + 2, columns - 10);
        const Axis x(range.low_x, range.high_x, figure_.is_log,
                     std::max<std::size_t>(width / 12, 2));
        Area area(width, height, canvas_.has_utf8);
        fill(area, x, y);
        std::string text = line_of(figure_.y_label, columns);
        for (std::size_t i = 0; i < height; ++i)
            text += rule(i, height, margin, y) + row(area, i, width) + "\n";
        text += foot(x, margin, width);
        text += line_of(std::string(margin + 2, ' ') + figure_.x_label, columns);
        for (std::size_t i = 0; i < legend.size() && i < std::max<std::size_t>(lines / 3, 1); ++i)
            text += legend[i] + "\n";
        return text;
    }

  private:
    void fill(Area& area, const Axis& x, const Axis& y) {
        const auto spot = [&](const std::pair<double, double>& point) {
            return area.spot(x.place(point.first), y.place(point.second));
        };
        for (std::size_t i = 0; i < figure_.series.size(); ++i) {
            const auto& points = figure_.series[i].points;
            for (std::size_t at = 0; at < points.size(); ++at) {
                if (figure_.has_points || points.size() == 1)
                    area.mark(spot(points[at]), i);
                if (figure_.has_lines && at > 0)
                    area.line(spot(points[at - 1]), spot(points[at]), i);
            }
        }
        if (several_)
            for (std::size_t i = 0; i < figure_.series.size(); ++i)
                if (!figure_.series[i].points.empty())
                    area.letter(spot(figure_.series[i].points.back()), i);
    }

    [[nodiscard]] std::string colored(const std::string& text, std::size_t series) const {
        if (!canvas_.has_color || !several_)
            return text;
        return fmt::format("\x1b[{}m{}\x1b[0m", colors.at(series % colors.size()), text);
    }

    [[nodiscard]] static std::string line_of(const std::string& text, std::size_t columns) {
        auto line = base::printable(text);
        if (line.size() > columns) { // bytes, so perhaps shorter than possible
            std::size_t end = 0;
            while (end < columns - 1)
                end += std::max<std::size_t>(base::character_length(line.substr(end, 4)), 1);
            line = line.substr(0, std::min(end, line.size())) + "~";
        }
        return line + "\n";
    }

    // The number and the axis at the left of a row.
    [[nodiscard]] std::string rule(std::size_t line, std::size_t height, std::size_t margin,
                                   const Axis& y) const {
        for (const auto& tick : y.ticks())
            if (std::lround((1 - y.place(tick.value)) * static_cast<double>(height - 1)) ==
                static_cast<long>(line))
                return fmt::format("{:>{}} {}", tick.text, margin, canvas_.has_utf8 ? "┤" : "+");
        return std::string(margin + 1, ' ') + (canvas_.has_utf8 ? "│" : "|");
    }

    [[nodiscard]] std::string row(const Area& area, std::size_t line, std::size_t width) const {
        std::string text;
        std::size_t blanks = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const auto& cell = area.cell(i, line);
            if (cell.bits == 0 && cell.letter == 0) {
                ++blanks;
                continue;
            }
            const auto mark = cell.letter != 0   ? std::string(1, cell.letter)
                              : canvas_.has_utf8 ? braille(cell.bits)
                                                 : std::string("*");
            text += std::string(std::exchange(blanks, 0), ' ') + colored(mark, cell.series);
        }
        return text;
    }

    // The axis below, and its numbers.
    [[nodiscard]] std::string foot(const Axis& x, std::size_t margin, std::size_t width) const {
        std::vector<bool> marked(width);
        std::string numbers(margin + 2 + width, ' ');
        std::size_t free = 0; // from here on
        for (const auto& tick : x.ticks()) {
            const auto at = static_cast<std::size_t>(
                std::lround(x.place(tick.value) * static_cast<double>(width - 1)));
            marked[at] = true;
            const auto middle = margin + 2 + at;
            auto begin = middle - std::min(middle, tick.text.size() / 2);
            begin = std::min(begin, numbers.size() - std::min(numbers.size(), tick.text.size()));
            if (begin < free)
                continue;
            numbers.replace(begin, tick.text.size(), tick.text);
            free = begin + tick.text.size() + 1;
        }
        std::string line = std::string(margin + 1, ' ') + (canvas_.has_utf8 ? "└" : "+");
        for (const bool is_marked : marked)
            line += canvas_.has_utf8 ? (is_marked ? "┬" : "─") : (is_marked ? "+" : "-");
        numbers.erase(numbers.find_last_not_of(' ') + 1);
        return line + "\n" + numbers + "\n";
    }

    [[nodiscard]] std::vector<std::string> legend_lines(std::size_t columns) const {
        std::vector<std::string> lines;
        for (std::size_t i = 0; several_ && i < figure_.series.size(); ++i) {
            auto line =
                line_of(fmt::format("  {} {}", letters[i % letters.size()], figure_.series[i].name),
                        columns);
            line.pop_back();
            lines.push_back(colored(line, i));
        }
        return lines;
    }

    const Figure& figure_;
    const Canvas& canvas_;
    bool several_;
};

} // namespace

std::string draw_text(const Figure& figure, const Canvas& canvas) {
    return Drawing(figure, canvas).draw();
}

} // namespace rdvc::table
