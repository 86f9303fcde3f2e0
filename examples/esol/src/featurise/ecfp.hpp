// Extended-connectivity fingerprints, RDKit's Morgan fingerprints: a bit is set
// for each kind of atom neighbourhood that occurs in the molecule.
// Rogers and Hahn, J. Chem. Inf. Model. 2010, 50, 742, doi:10.1021/ci100050t
#pragma once

#include <stdexcept>
#include <string>

namespace esol {

// RDKit cannot make a molecule of a SMILES; what() is its reason.
struct InvalidSmiles : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct EcfpOptions {
    unsigned radius; // of the largest neighbourhood, in bonds
    unsigned n_bits; // length of the fingerprint
};

// The fingerprint in the hexadecimal of FPS. Throws InvalidSmiles.
std::string ecfp(const std::string& smiles, EcfpOptions options);

// The algorithm and its options in chemfp's words, for the header of FPS.
std::string ecfp_type(EcfpOptions options);

// RDKit and its version, for the header of FPS.
std::string ecfp_software();

} // namespace esol
