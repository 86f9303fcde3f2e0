// Texts that break careless programs, made by rapidcheck.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "base/quote.hpp"
#include "support/hostile_pieces.hpp"

namespace rdvc::tests {

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
