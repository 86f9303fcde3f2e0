#include "train/trainer.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "train/safetensors.hpp"

using namespace esol;

namespace {

// Targets that are a sum over the bits, as solubility is of groups of atoms.
Dataset additive_dataset() {
    Random random(11);
    Dataset dataset{Matrix<float>(12, 40), Matrix<float>(1, 40)};
    for (float& bit : dataset.inputs.reshaped())
        bit = random.below(2) == 0 ? 0.0F : 1.0F;
    for (Eigen::Index i = 0; i < 40; ++i) {
        dataset.targets(0, i) =
            dataset.inputs.col(i).head(6).sum() - dataset.inputs.col(i).tail(6).sum();
    }
    return dataset;
}

TrainerOptions options() {
    return {.hidden_channels = {16, 8},
            .max_epochs = 60,
            .batch_size = 7, // does not divide 40
            .optimizer = {.lr = 1e-2},
            .seed = 4};
}

std::vector<double> losses(const TrainerOptions& trainer) {
    std::vector<double> result;
    fit(additive_dataset(), trainer, [&](const Epoch& epoch) {
        EXPECT_EQ(epoch.index, static_cast<long>(result.size()));
        result.push_back(epoch.loss);
    });
    return result;
}

} // namespace

TEST(Trainer, Learns) {
    const auto history = losses(options());
    ASSERT_EQ(history.size(), 60U);
    EXPECT_LT(history.back(), 0.05 * history.front());
}

TEST(Trainer, SameSeedSameNetwork) {
    const auto network = [](const TrainerOptions& trainer) {
        return to_safetensors(fit(additive_dataset(), trainer, [](const Epoch&) {}));
    };
    auto other = options();
    other.seed = 5;
    EXPECT_EQ(network(options()), network(options()));
    EXPECT_NE(network(options()), network(other));
}

TEST(Trainer, WorksWithoutHiddenLayers) {
    auto linear = options();
    linear.hidden_channels = {};
    const auto history = losses(linear);
    EXPECT_LT(history.back(), history.front());
}

TEST(Trainer, StopsWhenTheLossIsNotFinite) {
    auto wild = options();
    wild.optimizer.lr = 1e30;
    EXPECT_EQ(error_of([&] { losses(wild); }),
              "the training loss is not finite in epoch 1; `model.config.optimizer.config.lr` "
              "(1e+30) may be too high");
}
