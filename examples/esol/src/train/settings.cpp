#include "train/settings.hpp"

#include <cmath>

namespace esol {
namespace {

std::uint64_t seed(const Config& config, std::string_view key) {
    return static_cast<std::uint64_t>(config.integer_from(key, 0));
}

// A number in `least` <= value < 1.
double below_one(const Config& config, std::string_view key, double value) {
    if (value < 0.0 || value >= 1.0)
        config.reject(key, "must be at least 0 and below 1");
    return value;
}

SplitOptions split_options(const Config& config) {
    config.require_text("split.name", "shuffle_split");
    const double train = below_one(config, "split.presets.train_fraction",
                                   config.number("split.presets.train_fraction"));
    const SplitOptions options{
        .validation_fraction = below_one(config, "split.presets.validation_fraction",
                                         config.number("split.presets.validation_fraction")),
        .test_fraction = below_one(config, "split.presets.test_fraction",
                                   config.number("split.presets.test_fraction")),
        .seed = seed(config, "split.presets.seed"),
    };
    if (std::abs(train + options.validation_fraction + options.test_fraction - 1.0) > 1e-6) {
        config.reject("split.presets", "has fractions that do not add up to 1");
    }
    return options;
}

AdamOptions adam_options(const Config& config) {
    config.require_text("model.config.optimizer.name", "Adam");
    const double lr = config.number("model.config.optimizer.config.lr");
    if (lr <= 0.0)
        config.reject("model.config.optimizer.config.lr", "must be above 0");
    const std::vector<double> betas = config.numbers("model.config.optimizer.config.betas");
    if (betas.size() != 2)
        config.reject("model.config.optimizer.config.betas", "must be a list of two numbers");
    for (const double beta : betas)
        below_one(config, "model.config.optimizer.config.betas", beta);
    const double eps = config.number("model.config.optimizer.config.eps");
    if (eps <= 0.0)
        config.reject("model.config.optimizer.config.eps", "must be above 0");
    return {.lr = lr, .beta1 = betas[0], .beta2 = betas[1], .eps = eps};
}

TrainerOptions trainer_options(const Config& config) {
    config.require_text("model.name", "mlp_regressor");
    std::vector<Eigen::Index> hidden_channels;
    for (const long units : config.integers("model.config.hidden_channels")) {
        if (units < 1)
            config.reject("model.config.hidden_channels",
                          "must be a list of whole numbers above 0");
        hidden_channels.push_back(units);
    }
    return {
        .hidden_channels = std::move(hidden_channels),
        .max_epochs = config.integer_from("model.config.trainer.max_epochs", 1),
        .batch_size = static_cast<std::size_t>(
            config.integer_from("model.config.datamodule.train.batch_size", 1)),
        .optimizer = adam_options(config),
        .seed = seed(config, "model.config.seed"),
    };
}

std::string accelerator(const Config& config) {
    std::string name = config.text("fabric.accelerator");
    if (name != "cpu" && name != "gpu")
        config.reject("fabric.accelerator", "is `" + name + "`, must be `cpu` or `gpu`");
    if (config.integer("fabric.devices") != 1)
        config.reject("fabric.devices", "must be 1");
    return name;
}

} // namespace

TrainSettings train_settings(const Config& config) {
    return {split_options(config), trainer_options(config), accelerator(config)};
}

} // namespace esol
