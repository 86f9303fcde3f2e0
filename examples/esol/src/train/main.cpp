// esol-train: the pipeline's second stage.
#include <filesystem>
#include <iomanip>
#include <iostream>

#include "io/files.hpp"
#include "io/run_program.hpp"
#include "train/dataset.hpp"
#include "train/dvclive.hpp"
#include "train/regression_metrics.hpp"
#include "train/safetensors.hpp"
#include "train/settings.hpp"
#include "train/split.hpp"
#include "train/trainer.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: esol-train PARAMS FEATURES MODEL METRICS\n"
    "\n"
    "Fits a multilayer perceptron to the folder FEATURES that esol-featurise\n"
    "wrote, as the YAML file PARAMS says. Writes the network to MODEL\n"
    "(safetensors) and, after each epoch, metrics to the folder METRICS (in the\n"
    "layout of DVCLive).\n";

// Eigen computes on the CPU, and the network is small enough for one core of it.
void choose_device(const std::string& accelerator) {
    if (accelerator == "gpu") {
        std::cerr << "warning: `fabric.accelerator` is `gpu`, but esol-train has no code for GPUs; "
                     "training on the CPU\n";
    }
}

esol::RegressionMetrics score(const esol::Mlp<float>& mlp, const esol::Dataset& dataset) {
    return esol::regression_metrics(esol::predict(mlp, dataset.inputs), dataset.targets);
}

void train(const esol::TrainSettings& settings, const std::filesystem::path& features,
           const std::filesystem::path& model, const std::filesystem::path& metrics) {
    const auto dataset = esol::load_dataset(features);
    const auto split = esol::shuffle_split(dataset.size(), settings.split);
    const auto validation = dataset.select(split.validation);
    std::cout << "molecules: " << split.train.size() << " training, " << split.validation.size()
              << " validation, " << split.test.size() << " test\n"
              << std::fixed << std::setprecision(3);

    esol::Live live(metrics);
    const auto mlp =
        esol::fit(dataset.select(split.train), settings.trainer, [&](const esol::Epoch& epoch) {
            const auto scores = score(epoch.mlp, validation);
            live.set_step(epoch.index);
            live.log_metric("train/loss", epoch.loss);
            live.log_metric("validation/rmse", scores.rmse);
            live.log_metric("validation/mae", scores.mae);
            live.make_summary();
            std::cout << "epoch " << epoch.index + 1 << "/" << settings.trainer.max_epochs
                      << ": training loss " << epoch.loss << ", validation RMSE " << scores.rmse
                      << std::endl;
        });

    const auto scores = score(mlp, dataset.select(split.test));
    live.log_summary("test/rmse", scores.rmse);
    live.log_summary("test/mae", scores.mae);
    live.log_summary("test/r2", scores.r2);
    live.make_summary();
    esol::write_file(model, esol::to_safetensors(mlp));
    std::cout << "test RMSE " << scores.rmse << ", R2 " << scores.r2 << '\n';
}

} // namespace

int main(int argc, char** argv) {
    return esol::run_program(argc, argv, 4, kUsage, [](const std::vector<std::string>& arguments) {
        const auto settings = esol::train_settings(esol::Config::load(arguments[0]));
        choose_device(settings.accelerator);
        train(settings, arguments[1], arguments[2], arguments[3]);
    });
}
