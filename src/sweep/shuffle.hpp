// Python's random.shuffle() after random.seed(N), so that an order can be had again, also in
// Python.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace rdvc::sweep {

class Shuffler {
  public:
    explicit Shuffler(std::uint64_t seed) : seed_(seed) {}

    template <typename Element>
    void shuffle(std::vector<Element>& elements) {
        for (auto i = elements.size(); i > 1; --i)
            std::swap(elements[i - 1], elements[below(i)]);
    }

  private:
    std::size_t below(std::size_t bound);

    std::uint64_t seed_;
    std::optional<std::mt19937> generator_; ///< made for the first number
};

} // namespace rdvc::sweep
