#include "table/constants.hpp"

#include <fmt/core.h>

namespace rdvc::table {

std::string with_quoted_constants(std::string_view text) {
    std::string result;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted && c == '\\' && at + 1 < text.size()) {
            result += text.substr(at++, 2);
            continue;
        }
        quoted = c == '"' ? !quoted : quoted;
        std::string_view constant;
        if (!quoted)
            for (const std::string_view one : {"NaN", "Infinity", "-Infinity"})
                if (text.substr(at).starts_with(one))
                    constant = one;
        result += constant.empty() ? std::string(1, c) : fmt::format("\"{}\"", constant);
        at += constant.empty() ? 0 : constant.size() - 1;
    }
    return result;
}

} // namespace rdvc::table
