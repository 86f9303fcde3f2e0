#include "base/terminal.hpp"

#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.hpp"

namespace rdvc::base {

namespace {

constexpr char escape = '\x1b';

// What the text begins with.
enum class Start { kept, shown, cut };

struct Piece {
    Start start = Start::shown;
    std::size_t length = 1;
};

bool is_parameter(char c) { // ECMA-48, "CSI": 3/0 to 3/15
    return c >= '0' && c <= '?';
}

bool is_kept(std::string_view parameters, char last) {
    const bool numbers = parameters.find_first_not_of("0123456789;:") == std::string_view::npos;
    if (last == 'm' || last == 'K' || (last >= 'A' && last <= 'D'))
        return numbers;
    return (last == 'l' || last == 'h') && parameters == "?25";
}

Piece escape_sequence(std::string_view text, std::size_t longest) {
    constexpr std::string_view introducer = "\x1b[";
    if (text.size() == 1)
        return {Start::cut};
    if (!text.starts_with(introducer))
        return {};
    std::size_t end = introducer.size();
    while (end < text.size() && is_parameter(text[end]))
        ++end;
    if (end >= longest)
        return {};
    if (end == text.size())
        return {Start::cut};
    const auto parameters = text.substr(introducer.size(), end - introducer.size());
    return is_kept(parameters, text[end]) ? Piece{Start::kept, end + 1} : Piece{};
}

Piece next(std::string_view text, std::size_t longest) {
    if (text[0] == escape)
        return escape_sequence(text, longest);
    if (std::string_view("\n\r\t\b").find(text[0]) != std::string_view::npos)
        return {Start::kept};
    const auto length = character_length(text);
    if (length == 0)
        return {is_cut_character(text) ? Start::cut : Start::shown};
    const bool harmless = printable(text.substr(0, length)) == text.substr(0, length);
    return {harmless ? Start::kept : Start::shown, length};
}

} // namespace

TerminalSize terminal_size(int descriptor) {
    winsize size = {};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
        size.ws_row == 0) // NOLINT
        return {};
    return {size.ws_col, size.ws_row};
}

void TerminalFilter::take(std::string_view kept) {
    text_ += kept;
    if (kept[0] != escape)
        return;
    if (kept.back() == 'm')
        coloured_ = kept != "\x1b[m" && kept != "\x1b[0m";
    if (kept.back() == 'l' || kept.back() == 'h')
        hidden_ = kept.back() == 'l';
}

std::string TerminalFilter::feed(std::string_view bytes) {
    held_ += bytes;
    std::string_view left = held_;
    while (!left.empty()) {
        const auto piece = next(left, longest);
        if (piece.start == Start::cut)
            break;
        const auto text = left.substr(0, piece.length);
        if (piece.start == Start::kept)
            take(text);
        else
            text_ += printable(text);
        left.remove_prefix(piece.length);
    }
    held_ = std::string(left);
    return std::exchange(text_, {});
}

std::string TerminalFilter::finish() {
    auto text = printable(std::exchange(held_, {}));
    if (std::exchange(coloured_, false))
        text += "\x1b[0m";
    if (std::exchange(hidden_, false))
        text += "\x1b[?25h";
    return text;
}

} // namespace rdvc::base
