// A page as text.

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "help/page.hpp"

namespace rdvc::help {

std::vector<std::string> Row::names() const {
    std::vector<std::string> all;
    if (letter != 0)
        all.push_back(fmt::format("-{}", letter));
    if (!name.empty())
        all.push_back(name);
    return all;
}

namespace {

constexpr std::size_t widest_column = 34;
constexpr std::size_t least_text = 24; // next to a column; with less, text goes below it

// Lines of at most `width` characters, where words allow that, and `indent` blanks before all but
// the first.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    std::string all;
    std::size_t length = indent;
    for (const auto& word : base::words(text)) {
        const auto more = word.size();
        if (length > indent && length + 1 + more > width) {
            all += "\n" + std::string(indent, ' ');
            length = indent;
        } else if (length > indent) {
            all += " ";
            ++length;
        }
        all += word;
        length += more;
    }
    return all;
}

// `text` beside `left`, or below it if there is no room.
std::string beside(const std::string& left, std::string_view text, std::size_t column,
                   std::size_t width) {
    constexpr std::size_t below = 8;
    if (text.empty())
        return fmt::format("  {}\n", left);
    if (column + least_text > width)
        return fmt::format("  {}\n{}{}\n", left, std::string(below, ' '),
                           wrapped(text, width, below));
    const auto words = wrapped(text, width, column);
    if (left.size() + 4 > column)
        return fmt::format("  {}\n{}{}\n", left, std::string(column, ' '), words);
    return fmt::format("  {:<{}}{}\n", left, column - 2, words);
}

// Where the text beside these begins.
std::size_t column_of(const std::vector<std::string>& lefts) {
    std::size_t column = 0;
    for (const auto& left : lefts)
        if (const auto needed = left.size() + 4; needed <= widest_column)
            column = std::max(column, needed);
    return column == 0 ? widest_column : column;
}

bool has_letters(const Section& section) {
    return std::any_of(section.rows.begin(), section.rows.end(),
                       [](const Row& row) { return row.letter != 0; });
}

std::string left_of(const Row& row, bool with_letters) {
    std::string left = row.letter == 0    ? with_letters && row.name.starts_with("-") ? "    " : ""
                       : row.name.empty() ? fmt::format("-{}", row.letter)
                                          : fmt::format("-{}, ", row.letter);
    left += row.name;
    if (!row.metavar.empty())
        left += (row.metavar.starts_with("[=") ? "" : row.name.empty() ? " " : "=") + row.metavar;
    return left;
}

std::string text_of(const Section& section, std::size_t width) {
    std::string text = fmt::format("\n{}:\n", section.title);
    if (!section.elsewhere.empty())
        return text + fmt::format("  {}\n", wrapped(section.elsewhere, width, 2));
    const bool with_letters = has_letters(section);
    std::vector<std::string> lefts;
    for (const auto& row : section.rows)
        lefts.push_back(left_of(row, with_letters));
    const auto column = column_of(lefts);
    for (std::size_t i = 0; i < lefts.size(); ++i)
        text += beside(lefts[i], section.rows[i].help, column, width);
    return text;
}

std::string text_of(const std::vector<Example>& examples, std::size_t width) {
    std::string text = "\nexamples:\n";
    std::vector<std::string> lefts;
    for (const auto& example : examples)
        lefts.push_back(example.line);
    std::size_t column = 0; // lines to type are not cut, and longer than options
    for (const auto& left : lefts)
        column = std::max(column, left.size() + 4);
    column = std::min(column, width / 2 + 4);
    for (std::size_t i = 0; i < lefts.size(); ++i)
        text += beside(lefts[i], examples[i].meaning, column, width);
    return text;
}

} // namespace

std::string as_text(const Page& page, std::size_t width) {
    const auto command = page.command.empty() ? "rdvc" : "rdvc " + page.command;
    std::string text;
    for (const auto& usage : page.usage)
        text += fmt::format("{} {}{}{}\n", text.empty() ? "usage:" : "      ", command,
                            usage.empty() ? "" : " ", usage);
    for (const auto& paragraph : base::split(page.summary, '\n'))
        if (!paragraph.empty())
            text += fmt::format("\n{}\n", wrapped(paragraph, width, 0));
    const auto& examples = examples_of(page.command);
    if (!examples.empty())
        text += text_of(examples, width);
    for (const auto& section : page.sections)
        if (!section.rows.empty() || !section.elsewhere.empty())
            text += text_of(section, width);
    return text;
}

} // namespace rdvc::help
