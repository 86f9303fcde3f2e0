#include "sweep/shuffle.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <sstream>
#include <string>

namespace rdvc::sweep {

namespace {

// The Mersenne Twister with this seed: init_by_array() of Matsumoto and Nishimura,
// which Python's random.seed() calls. std::mt19937 can only be given a state as text.
std::mt19937 seeded(std::uint64_t seed) {
    constexpr unsigned word_bits = 32;
    std::vector<std::uint32_t> key = {static_cast<std::uint32_t>(seed)};
    if (seed >> word_bits != 0)
        key.push_back(static_cast<std::uint32_t>(seed >> word_bits));
    constexpr std::size_t size = std::mt19937::state_size;
    std::array<std::uint32_t, size> state{};
    state[0] = 19650218U;
    for (std::uint32_t i = 1; i < size; ++i)
        state[i] = 1812433253U * (state[i - 1] ^ (state[i - 1] >> 30U)) + i;
    std::size_t i = 1;
    std::size_t j = 0;
    const auto next = [&] {
        if (++i >= size) {
            state[0] = state[size - 1];
            i = 1;
        }
    };
    for (auto k = std::max(size, key.size()); k > 0; --k) {
        state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30U)) * 1664525U)) + key[j] +
                   static_cast<std::uint32_t>(j);
        next();
        j = (j + 1) % key.size();
    }
    for (auto k = size - 1; k > 0; --k) {
        state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30U)) * 1566083941U)) -
                   static_cast<std::uint32_t>(i);
        next();
    }
    state[0] = 0x80000000U;
    std::string text;
    for (const auto word : state)
        text += std::to_string(word) + " ";
    std::mt19937 generator;
#ifdef __GLIBCXX__
    text += std::to_string(size); // all of it is used: the next number makes a new one
#endif
    std::istringstream(text) >> generator;
    return generator;
}

} // namespace

// Python's Random._randbelow_with_getrandbits(); a list has fewer than 2^32 elements.
std::size_t Shuffler::below(std::size_t bound) {
    if (!generator_)
        generator_ = seeded(seed_);
    const auto bits = std::bit_width(bound);
    constexpr int word = 32;
    std::size_t number = bound;
    while (number >= bound)
        number = (*generator_)() >> static_cast<unsigned>(word - bits);
    return number;
}

} // namespace rdvc::sweep
