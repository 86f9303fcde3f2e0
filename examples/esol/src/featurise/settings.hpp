// What params.yaml tells the featuriser.
#pragma once

#include <string>

#include "io/config.hpp"

namespace esol {

struct FeaturiserSettings {
    std::string dataset;       // name, the stem of the molecules' identifiers
    std::string smiles_column; // header of the CSV column
    std::string target_column;
    unsigned radius; // of the largest neighbourhood, in bonds
    unsigned n_bits; // length of a fingerprint
};

// Throws Error, naming the key, where one is missing or makes no sense.
FeaturiserSettings featuriser_settings(const Config& config);

} // namespace esol
