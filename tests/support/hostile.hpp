// Texts that break careless programs, made by rapidcheck.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "base/quote.hpp"

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

/// A text without NUL: pieces and single bytes, often empty or short, 25 of them at most.
inline rc::Gen<std::string> hostile_text() {
    const auto piece = rc::gen::elementOf(hostile_pieces());
    const auto byte = rc::gen::map(rc::gen::inRange(1, 256), [](int value) {
        return std::string(1, static_cast<char>(value));
    });
    const auto parts =
        rc::gen::container<Words>(rc::gen::weightedOneOf<std::string>({{3, piece}, {1, byte}}));
    return rc::gen::map(rc::gen::scale(0.25, parts), [](const Words& all) {
        std::string text;
        for (const auto& part : all)
            text += part;
        return text;
    });
}

/// Up to 10 such texts.
inline rc::Gen<Words> hostile_words() {
    const auto text = hostile_text();
    return rc::gen::withSize([text](int size) {
        return rc::gen::resize(size / 10, rc::gen::container<Words>(rc::gen::resize(size, text)));
    });
}

/// `n` lists, small ones and large ones, for tests that hand many to one process.
inline std::vector<Words> hostile_lists(std::size_t n) {
    constexpr std::size_t largest = 100;
    const auto generator = hostile_words();
    std::random_device source;
    rc::Random random((static_cast<std::uint64_t>(source()) << 32U) | source());
    std::vector<Words> lists;
    for (std::size_t i = 0; i < n; ++i)
        lists.push_back(generator(random.split(), static_cast<int>(i % (largest + 1))).value());
    return lists;
}

/// A list as a reader of a failed test wants to see it.
inline std::string shown(const Words& words) {
    return "(" + base::quote_all(words) + ")";
}

} // namespace rdvc::tests
