// Quoting for bash: a clean line that stands for exactly these bytes.

#include "base/quote.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

std::string unescaped(std::string_view& text) { // behind a backslash in $'...'
    const char c = text[0];
    if (c >= '0' && c <= '7') {
        int value = 0;
        for (int i = 0; i < 3; ++i)
            value = value * 8 + (text[static_cast<std::size_t>(i)] - '0');
        text.remove_prefix(3);
        return {static_cast<char>(value)};
    }
    text.remove_prefix(1);
    const auto at = std::string_view("ntr").find(c);
    return {at == std::string_view::npos ? c : "\n\t\r"[at]};
}

// What bash makes of a word that base::quote wrote.
std::string unquoted(std::string_view text) {
    std::string word;
    while (!text.empty()) {
        if (text.starts_with("$'")) {
            text.remove_prefix(2);
            while (text[0] != '\'') {
                const bool escaped = text[0] == '\\';
                if (!escaped)
                    word += text[0];
                text.remove_prefix(1);
                if (escaped)
                    word += unescaped(text);
            }
            text.remove_prefix(1);
        } else if (text[0] == '\'') {
            const auto end = text.find('\'', 1);
            word += text.substr(1, end - 1);
            text.remove_prefix(end + 1);
        } else {
            const std::size_t skip = text[0] == '\\' ? 1 : 0;
            word += text[skip];
            text.remove_prefix(skip + 1);
        }
    }
    return word;
}

} // namespace

RDVC_FUZZ_TARGET(quote) {
    std::string word(fuzz::text_of(data, size));
    std::erase(word, '\0');
    const auto quoted = base::quote(word);
    fuzz::check(base::printable(quoted) == quoted && quoted.find('\t') == std::string::npos,
                "a quoted word is clean");
    fuzz::check(unquoted(quoted) == word, "a quoted word stands for its bytes");
    return 0;
}
