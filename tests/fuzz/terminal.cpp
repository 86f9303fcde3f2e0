// Text on its way to a terminal: harmless, and the same however it is cut.

#include "base/terminal.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

std::string filtered(std::string_view text, std::size_t step) {
    base::TerminalFilter filter;
    std::string all;
    for (std::size_t at = 0; at < text.size(); at += step)
        all += filter.feed(text.substr(at, step));
    return all + filter.finish();
}

// The length of an allowed sequence, computed independently of the filter.
std::size_t kept_sequence(std::string_view text) {
    if (text.starts_with("\x1b[?25l") || text.starts_with("\x1b[?25h"))
        return 6;
    const auto end = text.find_first_not_of("0123456789;:", 2);
    const bool kept = text.starts_with("\x1b[") && end != std::string_view::npos &&
                      std::string_view("mKABCD").find(text[end]) != std::string_view::npos;
    return kept ? end + 1 : 0;
}

void check_harmless(std::string_view text) {
    std::string rest;
    while (!text.empty()) {
        const bool plain = std::string_view("\n\r\b").find(text[0]) != std::string_view::npos;
        const auto length = text[0] == '\x1b' ? kept_sequence(text) : std::size_t{1};
        fuzz::check(length > 0, "no other escape gets through");
        if (text[0] != '\x1b' && !plain)
            rest += text[0];
        text.remove_prefix(length);
    }
    fuzz::check(base::printable(rest) == rest, "no other control character gets through");
}

} // namespace

RDVC_FUZZ_TARGET(terminal) {
    if (size == 0)
        return 0;
    const auto text = fuzz::text_of(data + 1, size - 1);
    const auto whole = filtered(text, text.size() + 1);
    check_harmless(whole);
    fuzz::check(filtered(text, 1) == whole, "bytes one by one are the same");
    fuzz::check(filtered(text, data[0] % 13U + 2) == whole, "pieces are the same");
    return 0;
}
