#include "train/split.hpp"

#include <cmath>
#include <string>

#include "io/error.hpp"
#include "train/random.hpp"

namespace esol {

Split shuffle_split(std::size_t count, const SplitOptions& options) {
    const auto part = [&](double fraction) {
        return static_cast<std::size_t>(std::lround(fraction * static_cast<double>(count)));
    };
    const std::size_t validation = part(options.validation_fraction);
    const std::size_t test = part(options.test_fraction);
    if (validation == 0 || test == 0 || validation + test >= count) {
        throw Error("the fractions under `split.presets` leave no molecule, of " +
                    std::to_string(count) + ", for training, validation or test");
    }
    Random random(options.seed);
    const auto order = permutation(count, random);
    const auto test_begin = order.end() - static_cast<std::ptrdiff_t>(test);
    const auto validation_begin = test_begin - static_cast<std::ptrdiff_t>(validation);
    return {{order.begin(), validation_begin},
            {validation_begin, test_begin},
            {test_begin, order.end()}};
}

} // namespace esol
