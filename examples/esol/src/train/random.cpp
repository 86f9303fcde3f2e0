#include "train/random.hpp"

#include <limits>
#include <numeric>
#include <utility>

namespace esol {

double Random::uniform() {
    return static_cast<double>(engine_() >> 11U) * 0x1p-53;
}

std::size_t Random::below(std::size_t count) {
    // Draws beyond the largest multiple of `count` would favour small results.
    const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / count * count;
    for (;;) {
        if (const std::uint64_t draw = engine_(); draw < limit)
            return draw % count;
    }
}

void Random::shuffle(std::vector<std::size_t>& items) {
    for (std::size_t i = items.size(); i > 1; --i)
        std::swap(items[i - 1], items[below(i)]);
}

std::vector<std::size_t> permutation(std::size_t count, Random& random) {
    std::vector<std::size_t> items(count);
    std::iota(items.begin(), items.end(), std::size_t{0});
    random.shuffle(items);
    return items;
}

} // namespace esol
