#include "train/adam.hpp"

#include <gtest/gtest.h>

using namespace esol;

namespace {

Mlp<float> one_weight(float weight, float bias) {
    return {{Matrix<float>::Constant(1, 1, weight), Vector<float>::Constant(1, bias)}};
}

} // namespace

// By hand, with lr 0.1, betas 0.9 and 0.99, eps 0.01.
TEST(Adam, StepsAsInThePaper) {
    Mlp<float> mlp = one_weight(1.0F, 2.0F);
    Adam adam(mlp, {.lr = 0.1, .beta1 = 0.9, .beta2 = 0.99, .eps = 0.01});

    // The first unbiased means are g and g^2: the step is lr * g / (|g| + eps).
    adam.step(mlp, one_weight(0.5F, -2.0F));
    EXPECT_NEAR(mlp[0].weight(0), 1.0 - 0.1 * 0.5 / 0.51, 1e-6);
    EXPECT_NEAR(mlp[0].bias(0), 2.0 + 0.1 * 2.0 / 2.01, 1e-6);

    // Weight: m = 0.9*0.05 + 0.1*1 = 0.145, unbiased 0.145/0.19 = 0.7631579;
    // v = 0.99*0.0025 + 0.01*1 = 0.012475, unbiased 0.012475/0.0199 = 0.6268844.
    adam.step(mlp, one_weight(1.0F, 0.0F));
    EXPECT_NEAR(mlp[0].weight(0), 0.9019608 - 0.1 * 0.7631579 / (0.7917603 + 0.01), 1e-6);
}
