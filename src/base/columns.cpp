#include "base/columns.hpp"

#include <algorithm>
#include <numeric>

#include "base/text.hpp"

namespace rdvc::base {

std::size_t width_of(std::string_view text) { // code points
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}

std::string cut(const std::string& text, std::size_t most) {
    if (width_of(text) <= most)
        return text;
    std::size_t end = 0;
    for (std::size_t seen = 0; end < text.size() && seen + 1 < most; ++seen)
        end += std::max<std::size_t>(character_length(text.substr(end, 4)), 1);
    return text.substr(0, end) + "~";
}

std::string columns(std::vector<std::vector<std::string>> rows) {
    for (auto& row : rows)
        for (auto& cell : row)
            cell = printable(cell);
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size())
                line += std::string(widths[i] - width_of(row[i]) + 2, ' ');
        }
        text += line + "\n";
    }
    return text;
}

namespace {

void remove_column(std::vector<std::vector<std::string>>& rows, std::size_t column) {
    for (auto& row : rows)
        row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
}

// Of the lines without their last column, which may be cut.
std::size_t width_before_last(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(printable(row[i])) + 2);
    return std::accumulate(widths.begin(), widths.end(), std::size_t{0});
}

} // namespace

std::string columns(std::vector<std::vector<std::string>> rows, const Choice& choice) {
    constexpr std::size_t least = 24;                   // of the last column
    std::vector<std::size_t> here(rows.front().size()); // the original numbers
    std::iota(here.begin(), here.end(), std::size_t{0});
    const auto leave_out = [&](std::size_t column) {
        const auto at = std::find(here.begin(), here.end(), column);
        if (at == here.end())
            return;
        remove_column(rows, static_cast<std::size_t>(at - here.begin()));
        here.erase(at);
    };
    for (const auto column : choice.without)
        leave_out(column);
    if (!choice.width)
        return columns(std::move(rows));
    for (const auto column : choice.give_way)
        if (width_before_last(rows) + least > *choice.width)
            leave_out(column);
    std::string text;
    for (const auto& line : lines(columns(std::move(rows))))
        text += cut(line, *choice.width) + "\n";
    return text;
}

} // namespace rdvc::base
