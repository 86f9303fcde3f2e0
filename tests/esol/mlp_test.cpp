#include "train/mlp.hpp"

#include <gtest/gtest.h>

using namespace esol;

namespace {

Matrix<double> random_matrix(Eigen::Index rows, Eigen::Index columns, Random& random) {
    Matrix<double> matrix(rows, columns);
    for (double& value : matrix.reshaped())
        value = 2.0 * random.uniform() - 1.0;
    return matrix;
}

double loss(const Mlp<double>& mlp, const Matrix<double>& x, const Matrix<double>& y) {
    return (predict(mlp, x) - y).squaredNorm() / static_cast<double>(y.size());
}

} // namespace

TEST(Mlp, PredictsByHand) {
    Mlp<double> mlp(2);
    mlp[0].weight = Matrix<double>{{1.0, -1.0}, {2.0, 0.0}};
    mlp[0].bias = Vector<double>{{0.5, -1.0}};
    mlp[1].weight = Matrix<double>{{3.0, 1.0}};
    mlp[1].bias = Vector<double>{{0.25}};
    const Matrix<double> x{{1.0, 0.0}, {1.0, 2.0}};
    // First sample: hidden (0.5, 1.0). Second: (-1.5, -1.0), which ReLU makes 0.
    EXPECT_TRUE(predict(mlp, x).isApprox(Matrix<double>{{2.75, 0.25}}));
}

TEST(Mlp, GradientEqualsCentralDifferences) {
    Random random(7);
    Mlp<double> mlp = initialise_mlp<double>({4, 5, 3, 2}, random);
    for (auto& layer : mlp)
        layer.bias = random_matrix(layer.bias.size(), 1, random);
    const Matrix<double> x = random_matrix(4, 6, random);
    const Matrix<double> y = random_matrix(2, 6, random);
    const auto result = mse_gradient(mlp, x, y);
    EXPECT_NEAR(result.loss, loss(mlp, x, y), 1e-12);

    constexpr double step = 1e-6;
    int checked = 0;
    const auto check = [&](double& parameter, double gradient) {
        const double value = parameter;
        parameter = value + step;
        const double above = loss(mlp, x, y);
        parameter = value - step;
        const double below = loss(mlp, x, y);
        parameter = value;
        EXPECT_NEAR(gradient, (above - below) / (2.0 * step), 1e-8);
        ++checked;
    };
    for (std::size_t i = 0; i < mlp.size(); ++i) {
        for (Eigen::Index j = 0; j < mlp[i].weight.size(); ++j) {
            check(mlp[i].weight.data()[j], result.gradient[i].weight.data()[j]);
        }
        for (Eigen::Index j = 0; j < mlp[i].bias.size(); ++j) {
            check(mlp[i].bias[j], result.gradient[i].bias[j]);
        }
    }
    EXPECT_EQ(checked, 4 * 5 + 5 + 5 * 3 + 3 + 3 * 2 + 2);
}

TEST(Mlp, InitialWeightsHaveHeVariance) {
    Random random(1);
    const auto mlp = initialise_mlp<float>({50, 200}, random);
    EXPECT_NEAR(mlp[0].weight.mean(), 0.0F, 0.01F);
    EXPECT_NEAR(mlp[0].weight.array().square().mean(), 2.0F / 50.0F, 0.002F);
    EXPECT_TRUE(mlp[0].bias.isZero(0.0F));
}
