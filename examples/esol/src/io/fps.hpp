// FPS, chemfp's text format for fingerprints: header lines, then a line of
// hexadecimal fingerprint, tab, identifier for each molecule.
// Dalke, J. Cheminform. 2019, 11, 76, doi:10.1186/s13321-019-0398-8
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace esol {

struct Fingerprint {
    std::string hex; // two digits a byte; bit 0 is the lowest bit of the first byte
    std::string id;
};

struct FingerprintSet {
    std::size_t num_bits = 0; // of each fingerprint
    std::string type;         // algorithm and options, in chemfp's words
    std::string software;     // what made them
    std::string source;       // the file that they were made from
    std::vector<Fingerprint> fingerprints;
};

std::string to_fps(const FingerprintSet& set);

// Throws Error with file (`name`) and line where the text is not FPS.
FingerprintSet parse_fps(std::string_view text, const std::filesystem::path& name);

// The numbers of the bits that are set, ascending. The digits must be
// hexadecimal, as parse_fps guarantees.
std::vector<std::size_t> on_bits(std::string_view hex);

} // namespace esol
