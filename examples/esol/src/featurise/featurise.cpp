#include "featurise/featurise.hpp"

#include <cstddef>

#include "featurise/ecfp.hpp"
#include "io/error.hpp"

namespace esol {
namespace {

constexpr std::size_t kNamedFailures = 3;

// "esol-0001" for the first molecule.
std::string identifier(const std::string& dataset, std::size_t index) {
    const std::string number = std::to_string(index + 1);
    return dataset + "-" + std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number;
}

[[noreturn]] void report(const std::vector<std::string>& failures, std::size_t count,
                         const std::filesystem::path& source) {
    std::string message = source.string() + ": " + std::to_string(failures.size()) + " of " +
                          std::to_string(count) + " SMILES cannot be parsed: ";
    for (std::size_t i = 0; i < failures.size() && i < kNamedFailures; ++i) {
        message += (i == 0 ? "" : "; ") + failures[i];
    }
    throw Error(message + (failures.size() > kNamedFailures ? "; ..." : ""));
}

} // namespace

Features featurise(const std::vector<Molecule>& molecules, const FeaturiserSettings& settings,
                   const std::filesystem::path& source) {
    const EcfpOptions options{settings.radius, settings.n_bits};
    Features features{{.num_bits = settings.n_bits,
                       .type = ecfp_type(options),
                       .software = ecfp_software(),
                       .source = source.string(),
                       .fingerprints = {}},
                      {}};
    std::vector<std::string> failures;
    for (std::size_t i = 0; i < molecules.size(); ++i) {
        const Molecule& molecule = molecules[i];
        try {
            const std::string id = identifier(settings.dataset, i);
            features.fingerprints.fingerprints.push_back({ecfp(molecule.smiles, options), id});
            features.targets.push_back({id, molecule.smiles, molecule.target});
        } catch (const InvalidSmiles& error) {
            failures.push_back("line " + std::to_string(molecule.line) + " `" + molecule.smiles +
                               "` (" + error.what() + ")");
        }
    }
    if (!failures.empty())
        report(failures, molecules.size(), source);
    return features;
}

} // namespace esol
