#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/core.h>

#include "base/text.hpp"
#include "table/axis.hpp"
#include "table/figure.hpp"
#include "table/range.hpp"

namespace rdvc::table {

namespace {

// Colours that colour-blind people can tell apart. Source: Okabe and Ito, Color Universal Design.
constexpr std::array<std::string_view, 7> palette = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                     "#e69f00", "#56b4e9", "#555555"};

constexpr double image_width = 720;
constexpr double image_height = 400;
constexpr double left = 78;
constexpr double top = 44;
constexpr double bottom = 60;

// Text for XML 1.0, which allows no control characters.
std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : base::printable(text)) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&quot;";
        else
            result += c;
    }
    // U+FFFE and U+FFFF are well-formed UTF-8, but no characters of XML.
    for (const std::string_view foreign : {"\xef\xbf\xbe", "\xef\xbf\xbf"})
        for (auto at = result.find(foreign); at != std::string::npos; at = result.find(foreign))
            result.replace(at, foreign.size(), "?");
    return result;
}

std::string shortened(const std::string& text, std::size_t most) {
    std::size_t end = 0;
    for (std::size_t seen = 0; end < text.size() && seen < most; ++seen)
        end += std::max<std::size_t>(base::character_length(text.substr(end, 4)), 1);
    return end >= text.size() ? text : text.substr(0, end) + "...";
}

std::string label(double x, double y, std::string_view attributes, const std::string& text) {
    return fmt::format("  <text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes,
                       escaped(text));
}

std::string rule(double x1, double y1, double x2, double y2, std::string_view color) {
    return fmt::format(
        "  <line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1,
        x2, y2, color);
}

} // namespace

std::string draw_svg(const Figure& figure) {
    const bool several = figure.series.size() > 1;
    std::size_t longest = 0;
    for (const auto& series : figure.series)
        longest = std::max(longest, shortened(series.name, 32).size());
    const double legend = several ? 40 + 6.6 * static_cast<double>(longest) : 0;
    const double right = image_width - 24 - legend;
    const double floor = image_height - bottom;
    const auto range = range_of(figure.series);
    const Axis x(range.low_x, range.high_x, figure.is_log, 7);
    const Axis y(range.low_y, range.high_y, false, 6);
    const auto at_x = [&](double value) { return left + 8 + x.place(value) * (right - left - 16); };
    const auto at_y = [&](double value) { return floor - 8 - y.place(value) * (floor - top - 16); };

    auto text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
        "viewBox=\"0 0 {0} {1}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" "
        "fill=\"#333333\">\n  <title>{2}</title>\n"
        "  <rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        image_width, image_height, escaped(figure.title));
    text += label(left, 24, "font-size=\"14\" font-weight=\"bold\"", shortened(figure.title, 80));
    for (const auto& tick : y.ticks()) {
        text += rule(left, at_y(tick.value), right, at_y(tick.value), "#e5e5e5");
        text += label(left - 8, at_y(tick.value) + 4, "text-anchor=\"end\"", tick.text);
    }
    for (const auto& tick : x.ticks()) {
        text += rule(at_x(tick.value), floor, at_x(tick.value), floor + 5, "#333333");
        text += label(at_x(tick.value), floor + 19, "text-anchor=\"middle\"", tick.text);
    }
    text += rule(left, top, left, floor, "#333333") + rule(left, floor, right, floor, "#333333");
    text += label((left + right) / 2, image_height - 14, "text-anchor=\"middle\"",
                  shortened(figure.x_label, 80));
    text += fmt::format("  <text transform=\"translate(18 {:.1f}) rotate(-90)\" "
                        "text-anchor=\"middle\">{}</text>\n",
                        (top + floor) / 2, escaped(shortened(figure.y_label, 50)));
    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        const auto& series = figure.series[i];
        const auto color = palette.at(i % palette.size());
        std::string points;
        for (const auto& [px, py] : series.points)
            points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", at_x(px), at_y(py));
        if (figure.has_lines && series.points.size() > 1)
            text += fmt::format("  <polyline points=\"{}\" fill=\"none\" stroke=\"{}\" "
                                "stroke-width=\"2\" stroke-linejoin=\"round\"/>\n",
                                points, color);
        if (figure.has_points || series.points.size() == 1)
            for (const auto& [px, py] : series.points)
                text += fmt::format("  <circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\" "
                                    "fill-opacity=\"0.8\"/>\n",
                                    at_x(px), at_y(py), color);
        if (!several)
            continue;
        const double line = top + 8 + 18 * static_cast<double>(i);
        text += fmt::format("  <rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"14\" height=\"4\" "
                            "fill=\"{}\"/>\n",
                            right + 16, line - 6, color);
        text += label(right + 36, line, "", shortened(series.name, 32));
    }
    return text + "</svg>\n";
}

} // namespace rdvc::table
