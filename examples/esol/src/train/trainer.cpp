#include "train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "io/error.hpp"
#include "io/numbers.hpp"
#include "train/adam.hpp"
#include "train/random.hpp"

namespace esol {
namespace {

std::vector<Eigen::Index> widths(const Dataset& dataset, const TrainerOptions& options) {
    std::vector<Eigen::Index> result{dataset.inputs.rows()};
    result.insert(result.end(), options.hidden_channels.begin(), options.hidden_channels.end());
    result.push_back(dataset.targets.rows());
    return result;
}

// Returns the mean loss over the molecules.
double run_epoch(Mlp<float>& mlp, Adam& adam, const Dataset& dataset, std::size_t batch_size,
                 Random& random) {
    const auto order = permutation(dataset.size(), random);
    double sum = 0.0;
    for (std::size_t begin = 0; begin < order.size(); begin += batch_size) {
        const std::size_t end = std::min(begin + batch_size, order.size());
        const Dataset batch = dataset.select({order.begin() + static_cast<std::ptrdiff_t>(begin),
                                              order.begin() + static_cast<std::ptrdiff_t>(end)});
        const auto [loss, gradient] = mse_gradient(mlp, batch.inputs, batch.targets);
        adam.step(mlp, gradient);
        sum += static_cast<double>(loss) * static_cast<double>(batch.size());
    }
    return sum / static_cast<double>(dataset.size());
}

} // namespace

Mlp<float> fit(const Dataset& dataset, const TrainerOptions& options,
               const std::function<void(const Epoch&)>& on_epoch) {
    Random random(options.seed);
    Mlp<float> mlp = initialise_mlp<float>(widths(dataset, options), random);
    Adam adam(mlp, options.optimizer);
    for (long epoch = 0; epoch < options.max_epochs; ++epoch) {
        const double loss = run_epoch(mlp, adam, dataset, options.batch_size, random);
        if (!std::isfinite(loss)) {
            throw Error("the training loss is not finite in epoch " + std::to_string(epoch + 1) +
                        "; `model.config.optimizer.config.lr` (" +
                        format_number(options.optimizer.lr) + ") may be too high");
        }
        on_epoch({epoch, loss, mlp});
    }
    return mlp;
}

} // namespace esol
