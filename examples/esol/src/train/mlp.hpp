// A multilayer perceptron: linear layers with a ReLU after each but the last.
// A column of a matrix is a sample. `Scalar` is float or double.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "train/random.hpp"

namespace esol {

template <typename Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

template <typename Scalar>
using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

template <typename Scalar>
struct Layer {
    Matrix<Scalar> weight; // [outputs x inputs]
    Vector<Scalar> bias;   // [outputs]
};

// A network is its layers, from input to output. Its gradient has the same shape.
template <typename Scalar>
using Mlp = std::vector<Layer<Scalar>>;

// `widths`: number of inputs, of units in each hidden layer, of outputs. Weights
// are uniform with variance 2 / inputs, biases 0.
// He et al., ICCV 2015, arXiv:1502.01852
template <typename Scalar>
Mlp<Scalar> initialise_mlp(const std::vector<Eigen::Index>& widths, Random& random);

// [inputs x samples] -> [outputs x samples]
template <typename Scalar>
Matrix<Scalar> predict(const Mlp<Scalar>& mlp, const Matrix<Scalar>& inputs);

template <typename Scalar>
struct LossGradient {
    Scalar loss;          // mean of the squared errors
    Mlp<Scalar> gradient; // of the loss with respect to each weight and bias
};

// Backpropagation. `targets` is [outputs x samples], with at least one sample.
// Rumelhart, Hinton and Williams, Nature 1986, 323, 533, doi:10.1038/323533a0
template <typename Scalar>
LossGradient<Scalar> mse_gradient(const Mlp<Scalar>& mlp, const Matrix<Scalar>& inputs,
                                  const Matrix<Scalar>& targets);

} // namespace esol
