// Random split of a dataset for training, validation and test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace esol {

struct SplitOptions {
    double validation_fraction;
    double test_fraction; // the rest is for training
    std::uint64_t seed;
};

// Indices into the dataset; each index is in exactly one of the three.
struct Split {
    std::vector<std::size_t> train;
    std::vector<std::size_t> validation;
    std::vector<std::size_t> test;
};

// Sizes are rounded to the nearest number. Throws Error when a part would be
// empty.
Split shuffle_split(std::size_t count, const SplitOptions& options);

} // namespace esol
