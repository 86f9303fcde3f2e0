// What breaks careless programs.
#pragma once

#include <string>
#include <vector>

namespace rdvc::tests {

using Words = std::vector<std::string>;

/// Pieces that mean something to a shell, a terminal, argparse, Hydra or git.
inline const Words& hostile_pieces() {
    // clang-format off
    static const Words pieces = {
        " ", "  ", "'", "\"", "\\", "\\\\", "`", "$", "$(id)", "${HOME}", "$'x'", "`id`", "\n",
        "\r", "\r\n", "\t", "*", "?", "[a-z]", "{a,b}", "~", "~root", "!", "!!", "#", ";", "&",
        "&&", "|", ">", "<", "(", ")", "-", "--", "-n", "=", ",", ":", "%s", "%", "\x01",
        "\x02", "\x1b[31m", "\x7f", "\x1f", "\x80", "\xff", "\xc3", "\xa9", "\xe9", "\xc0\x80",
        "\xed\xa0\x80", "\xc3\xbc", "\xe2\x9c\x93", "\xf0\x9f\x98\x80", "\xc2\x85",
        "\xe2\x80\xa8", "EOF", "\\n", "\\x00", "\\0", "$\n", "\\\n", "''", "\"\"", "a", "Z",
        "0", "lr=0.1",
    };
    // clang-format on
    return pieces;
}

} // namespace rdvc::tests
