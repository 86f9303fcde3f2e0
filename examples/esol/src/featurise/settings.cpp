#include "featurise/settings.hpp"

namespace esol {

FeaturiserSettings featuriser_settings(const Config& config) {
    config.require_text("featuriser.name", "morgan");
    const long n_bits = config.integer_from("featuriser.config.n_bits", 8);
    if (n_bits % 8 != 0 || n_bits > 1 << 20) {
        config.reject("featuriser.config.n_bits",
                      "is " + std::to_string(n_bits) + ", must be a multiple of 8 up to 1048576");
    }
    const long radius = config.integer_from("featuriser.config.radius", 0);
    if (radius > 100)
        config.reject("featuriser.config.radius",
                      "is " + std::to_string(radius) + ", must be at most 100");
    return {
        .dataset = config.text("dataset.name"),
        .smiles_column = config.text("dataset.smiles_column"),
        .target_column = config.text("dataset.target_column"),
        .radius = static_cast<unsigned>(radius),
        .n_bits = static_cast<unsigned>(n_bits),
    };
}

} // namespace esol
