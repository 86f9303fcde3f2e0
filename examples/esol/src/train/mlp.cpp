#include "train/mlp.hpp"

#include <cmath>
#include <cstddef>

namespace esol {
namespace {

template <typename Scalar>
Matrix<Scalar> linear(const Layer<Scalar>& layer, const Matrix<Scalar>& inputs) {
    return (layer.weight * inputs).colwise() + layer.bias;
}

// The network's inputs and the outputs of each layer, in order.
template <typename Scalar>
std::vector<Matrix<Scalar>> forward(const Mlp<Scalar>& mlp, const Matrix<Scalar>& inputs) {
    std::vector<Matrix<Scalar>> activations{inputs};
    for (std::size_t i = 0; i < mlp.size(); ++i) {
        Matrix<Scalar> outputs = linear(mlp[i], activations.back());
        if (i + 1 < mlp.size())
            outputs = outputs.cwiseMax(Scalar{0});
        activations.push_back(std::move(outputs));
    }
    return activations;
}

} // namespace

template <typename Scalar>
Mlp<Scalar> initialise_mlp(const std::vector<Eigen::Index>& widths, Random& random) {
    Mlp<Scalar> mlp;
    for (std::size_t i = 1; i < widths.size(); ++i) {
        Layer<Scalar> layer{Matrix<Scalar>(widths[i], widths[i - 1]),
                            Vector<Scalar>::Zero(widths[i])};
        const double bound = std::sqrt(6.0 / static_cast<double>(widths[i - 1]));
        for (Scalar& weight : layer.weight.reshaped()) {
            weight = static_cast<Scalar>(bound * (2.0 * random.uniform() - 1.0));
        }
        mlp.push_back(std::move(layer));
    }
    return mlp;
}

template <typename Scalar>
Matrix<Scalar> predict(const Mlp<Scalar>& mlp, const Matrix<Scalar>& inputs) {
    return forward(mlp, inputs).back();
}

template <typename Scalar>
LossGradient<Scalar> mse_gradient(const Mlp<Scalar>& mlp, const Matrix<Scalar>& inputs,
                                  const Matrix<Scalar>& targets) {
    const auto activations = forward(mlp, inputs);
    const Matrix<Scalar> errors = activations.back() - targets;
    LossGradient<Scalar> result{errors.squaredNorm() / static_cast<Scalar>(errors.size()),
                                Mlp<Scalar>(mlp.size())};

    // Gradient of the loss with respect to the linear outputs of layer i.
    Matrix<Scalar> delta = errors * (Scalar{2} / static_cast<Scalar>(errors.size()));
    for (std::size_t i = mlp.size(); i-- > 0;) {
        result.gradient[i].weight.noalias() = delta * activations[i].transpose();
        result.gradient[i].bias = delta.rowwise().sum();
        if (i > 0) {
            // A ReLU passes the gradient where it passed its input.
            const Matrix<Scalar> passed =
                (activations[i].array() > Scalar{0}).template cast<Scalar>();
            delta = (mlp[i].weight.transpose() * delta).cwiseProduct(passed).eval();
        }
    }
    return result;
}

// float trains, double checks the gradient.
template Mlp<float> initialise_mlp(const std::vector<Eigen::Index>&, Random&);
template Mlp<double> initialise_mlp(const std::vector<Eigen::Index>&, Random&);
template Matrix<float> predict(const Mlp<float>&, const Matrix<float>&);
template Matrix<double> predict(const Mlp<double>&, const Matrix<double>&);
template LossGradient<float> mse_gradient(const Mlp<float>&, const Matrix<float>&,
                                          const Matrix<float>&);
template LossGradient<double> mse_gradient(const Mlp<double>&, const Matrix<double>&,
                                           const Matrix<double>&);

} // namespace esol
