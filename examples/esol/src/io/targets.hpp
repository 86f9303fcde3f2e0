// targets.tsv: what the model is to predict, joined to the fingerprints by id.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace esol {

struct Target {
    std::string id;
    std::string smiles;
    double value; // ESOL: log10 of the solubility in water in mol/L
};

std::string to_tsv(const std::vector<Target>& targets);

// Throws Error with file (`name`) and line where the text is malformed.
std::vector<Target> parse_targets(std::string_view text, const std::filesystem::path& name);

} // namespace esol
