// Fingerprints and targets as matrices.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "io/fps.hpp"
#include "io/targets.hpp"
#include "train/mlp.hpp"

namespace esol {

struct Dataset {
    Matrix<float> inputs;  // [bits x molecules], each 0 or 1
    Matrix<float> targets; // [1 x molecules]

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(targets.cols()); }

    // The molecules with these indices, in this order.
    [[nodiscard]] Dataset select(const std::vector<std::size_t>& indices) const;
};

// Joins by identifier, in the order of the fingerprints. Throws Error when an
// identifier occurs twice or in one of the two only.
Dataset join(const FingerprintSet& fingerprints, const std::vector<Target>& targets);

// Reads fingerprints.fps and targets.tsv. Throws Error.
Dataset load_dataset(const std::filesystem::path& folder);

} // namespace esol
