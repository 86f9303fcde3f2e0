#include "io/config.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "featurise/settings.hpp"
#include "train/settings.hpp"

using namespace esol;

namespace {

const std::string kParams = R"(dataset:
  name: esol
  smiles_column: smiles
  target_column: logSolubility
featuriser:
  name: morgan
  config:
    radius: 3
    n_bits: 2048
split:
  name: shuffle_split
  presets:
    train_fraction: 0.8
    validation_fraction: 0.1
    test_fraction: 0.1
    seed: 0
model:
  name: mlp_regressor
  config:
    hidden_channels:
    - 128
    - 64
    seed: 9
    trainer:
      max_epochs: 1
    datamodule:
      train:
        batch_size: 16
    optimizer:
      name: Adam
      config:
        lr: 0.0003
        betas:
        - 0.9
        - 0.999
        eps: 1.0e-08
fabric:
  accelerator: cpu
  devices: 1
)";

// The parameters with the first `from` made `to`.
Config with(const std::string& from, const std::string& to) {
    std::string text = kParams;
    const auto at = text.find(from);
    if (at == std::string::npos)
        ADD_FAILURE() << from;
    return Config::parse(text.replace(at, from.size(), to), "params.yaml");
}

std::string train_error(const std::string& from, const std::string& to) {
    return error_of([&] { train_settings(with(from, to)); });
}

std::string featuriser_error(const std::string& from, const std::string& to) {
    return error_of([&] { featuriser_settings(with(from, to)); });
}

} // namespace

TEST(Settings, AreReadFromParameters) {
    const auto config = Config::parse(kParams, "params.yaml");
    const auto featuriser = featuriser_settings(config);
    EXPECT_EQ(featuriser.smiles_column, "smiles");
    EXPECT_EQ(featuriser.radius, 3U);
    EXPECT_EQ(featuriser.n_bits, 2048U);
    const auto train = train_settings(config);
    EXPECT_EQ(train.split.validation_fraction, 0.1);
    EXPECT_EQ(train.trainer.hidden_channels, (std::vector<Eigen::Index>{128, 64}));
    EXPECT_EQ(train.trainer.max_epochs, 1);
    EXPECT_EQ(train.trainer.batch_size, 16U);
    EXPECT_EQ(train.trainer.optimizer.lr, 3e-4);
    EXPECT_EQ(train.trainer.optimizer.beta2, 0.999);
    EXPECT_EQ(train.trainer.optimizer.eps, 1e-8);
    EXPECT_EQ(train.trainer.seed, 9U);
    EXPECT_EQ(train.accelerator, "cpu");
}

TEST(Settings, NameTheKeyThatIsWrong) {
    EXPECT_EQ(train_error("      max_epochs: 1\n", "      epochs: 1\n"),
              "params.yaml: `model.config.trainer.max_epochs` is missing");
    EXPECT_EQ(train_error("max_epochs: 1", "max_epochs: 0"),
              "params.yaml: `model.config.trainer.max_epochs` is 0, must be at least 1");
    EXPECT_EQ(train_error("max_epochs: 1", "max_epochs: 1.5"),
              "params.yaml: `model.config.trainer.max_epochs` is `1.5`, not a whole number");
    EXPECT_EQ(train_error("lr: 0.0003", "lr: .inf"),
              "params.yaml: `model.config.optimizer.config.lr` is `.inf`, not a finite number");
    EXPECT_EQ(train_error("lr: 0.0003", "lr: 0"),
              "params.yaml: `model.config.optimizer.config.lr` must be above 0");
    EXPECT_EQ(train_error("test_fraction: 0.1", "test_fraction: 0.2"),
              "params.yaml: `split.presets` has fractions that do not add up to 1");
    EXPECT_EQ(train_error("name: Adam", "name: SGD"),
              "params.yaml: `model.config.optimizer.name` is `SGD`, only `Adam` is known");
    EXPECT_EQ(train_error("accelerator: cpu", "accelerator: tpu"),
              "params.yaml: `fabric.accelerator` is `tpu`, must be `cpu` or `gpu`");
    EXPECT_EQ(train_error("- 0.999\n", "- 1.5\n"),
              "params.yaml: `model.config.optimizer.config.betas` must be at least 0 and below 1");
    EXPECT_EQ(
        featuriser_error("n_bits: 2048", "n_bits: 2047"),
        "params.yaml: `featuriser.config.n_bits` is 2047, must be a multiple of 8 up to 1048576");
    EXPECT_EQ(featuriser_error("name: morgan", "name: maccs"),
              "params.yaml: `featuriser.name` is `maccs`, only `morgan` is known");
}

TEST(Config, KnowsListsFromSingleValues) {
    const auto config = Config::parse("a: [1, 2]\nb: 3\nc:\n", "p");
    EXPECT_EQ(config.integers("a"), (std::vector<long>{1, 2}));
    EXPECT_EQ(error_of([&] { (void)config.integer("a"); }),
              "p: `a` is a list, a single value is needed");
    EXPECT_EQ(error_of([&] { (void)config.numbers("b"); }),
              "p: `b` is a single value, a list is needed");
    EXPECT_EQ(error_of([&] { (void)config.text("c"); }), "p: `c` is missing");
}

TEST(Config, RefusesWhatIsNoMapping) {
    EXPECT_EQ(error_of([] { Config::parse("", "p"); }),
              "p: is not a YAML mapping of keys to values");
    EXPECT_EQ(error_of([] { Config::parse("- 1\n", "p"); }),
              "p: is not a YAML mapping of keys to values");
    EXPECT_EQ(error_of([] { Config::parse("a: 1\nb: [\n", "p"); }).find("p:3: "), 0U);
    EXPECT_EQ(error_of([] { Config::load("no/such.yaml"); }),
              "no/such.yaml: cannot read: No such file or directory");
    EXPECT_EQ(error_of([] { Config::load("/"); }), "/: is a folder, not a file");
}
