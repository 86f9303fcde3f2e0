// Random numbers that are the same with every standard library, which
// std::shuffle and the standard distributions do not promise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace esol {

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    // Uniform in [0, 1).
    double uniform();

    // Uniform in 0 .. count - 1; `count` must not be 0.
    std::size_t below(std::size_t count);

    // Each order of the items is equally likely (Fisher-Yates).
    void shuffle(std::vector<std::size_t>& items);

  private:
    std::mt19937_64 engine_;
};

// 0, 1, .. count - 1 in random order.
std::vector<std::size_t> permutation(std::size_t count, Random& random);

} // namespace esol
