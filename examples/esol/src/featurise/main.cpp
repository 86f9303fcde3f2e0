// esol-featurise: the pipeline's first stage.
#include "featurise/featurise.hpp"

#include <filesystem>
#include <iostream>

#include "io/files.hpp"
#include "io/run_program.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: esol-featurise PARAMS DATASET FEATURES\n"
    "\n"
    "Computes a fingerprint for each molecule of the CSV file DATASET, as the\n"
    "YAML file PARAMS says, and writes into the folder FEATURES:\n"
    "  fingerprints.fps  fingerprints in chemfp's text format\n"
    "  targets.tsv       id, SMILES and target of each molecule\n";

} // namespace

int main(int argc, char** argv) {
    return esol::run_program(argc, argv, 3, kUsage, [](const std::vector<std::string>& arguments) {
        const auto settings = esol::featuriser_settings(esol::Config::load(arguments[0]));
        const std::filesystem::path dataset = arguments[1];
        const std::filesystem::path folder = arguments[2];

        const auto molecules = esol::parse_csv(esol::read_file(dataset), dataset,
                                               settings.smiles_column, settings.target_column);
        const auto features = esol::featurise(molecules, settings, dataset);
        esol::write_file(folder / "fingerprints.fps", esol::to_fps(features.fingerprints));
        esol::write_file(folder / "targets.tsv", esol::to_tsv(features.targets));
        std::cout << "featurised " << molecules.size()
                  << " molecules: " << features.fingerprints.type << '\n';
    });
}
