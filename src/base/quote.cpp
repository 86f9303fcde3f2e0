#include "base/quote.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::base {

namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./=:,@%+").find(c) != std::string_view::npos;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

std::string ansi_c(std::string_view word, bool keep_high_bytes) {
    std::string result = "$'";
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\'' || c == '\\')
            result += fmt::format("\\{}", c);
        else if (c == '\n')
            result += "\\n";
        else if (c == '\t')
            result += "\\t";
        else if (c == '\r')
            result += "\\r";
        else if (is_control(c) || (byte >= 0x80 && !keep_high_bytes))
            result += fmt::format("\\{:03o}", byte); // three octal digits never run into the next
        else
            result += c;
    }
    return result + "'";
}

} // namespace

std::string quote(std::string_view word) {
    assert(word.find('\0') == std::string_view::npos);
    if (printable(word) != word || std::any_of(word.begin(), word.end(), is_control)) {
        // High bytes stay if they are letters, but not in broken UTF-8 or in controls such as
        // U+0085.
        std::string without_controls(word);
        std::replace_if(without_controls.begin(), without_controls.end(), is_control, ' ');
        return ansi_c(word, printable(without_controls) == without_controls);
    }
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain))
        return std::string(word);
    std::string result = "'";
    for (const char c : word)
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

std::string quote_all(const std::vector<std::string>& words) {
    std::vector<std::string> quoted(words.size());
    std::transform(words.begin(), words.end(), quoted.begin(),
                   [](const std::string& word) { return quote(word); });
    return join(quoted, " ");
}

// rsync splits at blanks; quotes group, a doubled quote stands for one, and nothing else is
// special.
std::string quote_all_for_rsync(const std::vector<std::string>& words) {
    std::vector<std::string> quoted;
    for (const auto& word : words) {
        const bool plain = !word.empty() && word.find_first_of(" '\"") == std::string::npos;
        std::string inside;
        for (const char c : word)
            inside += c == '\'' ? std::string("''") : std::string(1, c);
        quoted.push_back(plain ? word : "'" + inside + "'");
    }
    return join(quoted, " ");
}

} // namespace rdvc::base
