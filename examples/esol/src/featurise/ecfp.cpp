#include "featurise/ecfp.hpp"

#include <DataStructs/BitOps.h>
#include <DataStructs/BitVects.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/ROMol.h>
#include <GraphMol/RWMol.h>
#include <GraphMol/SanitException.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <RDGeneral/RDLog.h>
#include <RDGeneral/versions.h>

#include <exception>
#include <memory>

namespace esol {
namespace {

std::unique_ptr<RDKit::ROMol> parse_smiles(const std::string& smiles) {
    // RDKit writes each complaint to stderr as well; the caller reports it once.
    const RDLog::LogStateSetter quiet;
    std::unique_ptr<RDKit::ROMol> molecule;
    try {
        molecule.reset(RDKit::SmilesToMol(smiles));
    } catch (const std::exception& error) {
        throw InvalidSmiles(error.what());
    }
    if (!molecule)
        throw InvalidSmiles("not SMILES");
    if (molecule->getNumAtoms() == 0)
        throw InvalidSmiles("no atoms");
    return molecule;
}

} // namespace

std::string ecfp(const std::string& smiles, EcfpOptions options) {
    const auto molecule = parse_smiles(smiles);
    const std::unique_ptr<ExplicitBitVect> bits(RDKit::MorganFingerprints::getFingerprintAsBitVect(
        *molecule, options.radius, options.n_bits));
    return BitVectToFPSText(*bits);
}

std::string ecfp_type(EcfpOptions options) {
    return "RDKit-Morgan/1 radius=" + std::to_string(options.radius) +
           " fpSize=" + std::to_string(options.n_bits) +
           " useFeatures=0 useChirality=0 useBondTypes=1";
}

std::string ecfp_software() {
    return std::string("RDKit/") + RDKit::rdkitVersion;
}

} // namespace esol
