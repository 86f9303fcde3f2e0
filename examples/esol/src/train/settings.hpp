// What params.yaml tells the training.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "io/config.hpp"
#include "train/adam.hpp"
#include "train/split.hpp"

namespace esol {

struct TrainerOptions {
    std::vector<Eigen::Index> hidden_channels; // units in each hidden layer
    long max_epochs;                           // passes over the training molecules
    std::size_t batch_size;                    // molecules to a step of the optimizer
    AdamOptions optimizer;
    std::uint64_t seed; // of the initial weights and the order of the batches
};

struct TrainSettings {
    SplitOptions split;
    TrainerOptions trainer;
    std::string accelerator; // "cpu" or "gpu"
};

// Throws Error, naming the key, where one is missing or makes no sense.
TrainSettings train_settings(const Config& config);

} // namespace esol
