#include "train/dataset.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "train/regression_metrics.hpp"

using namespace esol;

namespace {

const FingerprintSet kFingerprints{8, "", "", "", {{"01", "a"}, {"82", "b"}}};

} // namespace

TEST(Dataset, JoinsByIdentifier) {
    const auto dataset = join(kFingerprints, {{"b", "CC", 2.0}, {"a", "C", 1.0}});
    ASSERT_EQ(dataset.size(), 2U);
    EXPECT_EQ(dataset.targets, (Matrix<float>{{1.0F, 2.0F}}));
    EXPECT_EQ(dataset.inputs.col(0).sum(), 1.0F);
    EXPECT_EQ(dataset.inputs(0, 0), 1.0F);
    EXPECT_EQ(dataset.inputs(1, 1), 1.0F);
    EXPECT_EQ(dataset.inputs(7, 1), 1.0F);
    EXPECT_EQ(dataset.select({1}).targets(0, 0), 2.0F);
}

TEST(Dataset, RefusesWhatDoesNotMatch) {
    EXPECT_EQ(error_of([] {
                  join(kFingerprints, {{"a", "C", 1.0}});
              }),
              "no target, or two fingerprints, for `b`");
    EXPECT_EQ(error_of([] {
                  join(kFingerprints, {{"a", "C", 1.0}, {"a", "C", 1.0}});
              }),
              "two targets for `a`");
    EXPECT_EQ(error_of([] {
                  join(kFingerprints, {{"a", "C", 1.0}, {"b", "C", 1.0}, {"c", "C", 1.0}});
              }),
              "no fingerprint for `c`");
}

TEST(Targets, ReadBackWhatTheyWrite) {
    const std::string text = to_tsv({{"a", "C", -0.77}, {"b", "CC", 1e-9}});
    EXPECT_EQ(text, "id\tsmiles\ttarget\na\tC\t-0.77\nb\tCC\t1e-09\n");
    EXPECT_EQ(to_tsv(parse_targets(text, "t.tsv")), text);
    EXPECT_EQ(error_of([] { parse_targets("id\tsmiles\ttarget\na\tC\n", "t.tsv"); }),
              "t.tsv:2: expected id, SMILES and a number between tabs");
}

TEST(RegressionMetrics, ByHand) {
    const auto metrics =
        regression_metrics(Matrix<float>{{1.0F, 2.0F, 5.0F}}, Matrix<float>{{1.0F, 3.0F, 2.0F}});
    EXPECT_NEAR(metrics.rmse, std::sqrt(10.0 / 3.0), 1e-12);
    EXPECT_NEAR(metrics.mae, 4.0 / 3.0, 1e-12);
    EXPECT_NEAR(metrics.r2, 1.0 - 10.0 / 2.0, 1e-12);
    EXPECT_EQ(
        error_of([] { regression_metrics(Matrix<float>{{INFINITY}}, Matrix<float>{{1.0F}}); }),
        "the network's predictions are not finite");
}
