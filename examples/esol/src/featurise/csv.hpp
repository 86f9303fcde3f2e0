// The molecules of a CSV file with a header line.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace esol {

struct Molecule {
    std::string smiles; // without blanks at its ends
    double target;
    std::size_t line; // in the file, from 1
};

// Fields may be quoted as in RFC 4180, but a record is one line. Throws Error
// with file (`name`) and line for a missing column, a wrong number of fields,
// an empty SMILES or a target that is not a finite number, and when there is no
// molecule at all.
std::vector<Molecule> parse_csv(std::string_view text, const std::filesystem::path& name,
                                std::string_view smiles_column, std::string_view target_column);

} // namespace esol
