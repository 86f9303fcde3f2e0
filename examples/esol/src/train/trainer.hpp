// Fits the network to a dataset.
#pragma once

#include <functional>

#include "train/dataset.hpp"
#include "train/mlp.hpp"
#include "train/settings.hpp"

namespace esol {

// What is known after an epoch.
struct Epoch {
    long index;            // from 0
    double loss;           // mean over the training molecules, as met during the epoch
    const Mlp<float>& mlp; // as it is now
};

// Minimises the mean squared error in batches whose order is drawn anew for each
// epoch. The same options and dataset give the same network. Throws Error when
// the loss is no longer finite.
Mlp<float> fit(const Dataset& dataset, const TrainerOptions& options,
               const std::function<void(const Epoch&)>& on_epoch);

} // namespace esol
