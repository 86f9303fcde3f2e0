#include "train/dataset.hpp"

#include <map>
#include <string>

#include "io/error.hpp"
#include "io/files.hpp"

namespace esol {

Dataset Dataset::select(const std::vector<std::size_t>& indices) const {
    return {inputs(Eigen::all, indices), targets(Eigen::all, indices)};
}

Dataset join(const FingerprintSet& fingerprints, const std::vector<Target>& targets) {
    std::map<std::string, double> remaining;
    for (const Target& target : targets) {
        if (!remaining.emplace(target.id, target.value).second)
            throw Error("two targets for `" + target.id + "`");
    }
    const auto count = static_cast<Eigen::Index>(fingerprints.fingerprints.size());
    Dataset dataset{Matrix<float>::Zero(static_cast<Eigen::Index>(fingerprints.num_bits), count),
                    Matrix<float>(1, count)};
    Eigen::Index column = 0;
    for (const Fingerprint& fingerprint : fingerprints.fingerprints) {
        const auto target = remaining.extract(fingerprint.id);
        if (target.empty())
            throw Error("no target, or two fingerprints, for `" + fingerprint.id + "`");
        for (const std::size_t bit : on_bits(fingerprint.hex)) {
            dataset.inputs(static_cast<Eigen::Index>(bit), column) = 1.0F;
        }
        dataset.targets(0, column++) = static_cast<float>(target.mapped());
    }
    if (!remaining.empty())
        throw Error("no fingerprint for `" + remaining.begin()->first + "`");
    return dataset;
}

Dataset load_dataset(const std::filesystem::path& folder) {
    const auto fps = folder / "fingerprints.fps";
    const auto tsv = folder / "targets.tsv";
    const auto fingerprints = parse_fps(read_file(fps), fps);
    const auto targets = parse_targets(read_file(tsv), tsv);
    try {
        return join(fingerprints, targets);
    } catch (const Error& error) {
        throw Error(folder.string() + ": " + error.what());
    }
}

} // namespace esol
