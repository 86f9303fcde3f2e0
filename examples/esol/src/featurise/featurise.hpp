// A table of molecules to the two files that training reads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "featurise/csv.hpp"
#include "featurise/settings.hpp"
#include "io/fps.hpp"
#include "io/targets.hpp"

namespace esol {

struct Features {
    FingerprintSet fingerprints;
    std::vector<Target> targets; // same order, same ids
};

// `source` is the file that the molecules came from. Throws one Error that
// counts and names the molecules whose SMILES cannot be parsed.
Features featurise(const std::vector<Molecule>& molecules, const FeaturiserSettings& settings,
                   const std::filesystem::path& source);

} // namespace esol
