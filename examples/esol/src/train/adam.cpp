#include "train/adam.hpp"

#include <cmath>
#include <cstddef>

namespace esol {
namespace {

Mlp<float> zeros_like(const Mlp<float>& mlp) {
    Mlp<float> zeros = mlp;
    for (auto& layer : zeros) {
        layer.weight.setZero();
        layer.bias.setZero();
    }
    return zeros;
}

} // namespace

Adam::Adam(const Mlp<float>& mlp, AdamOptions options)
    : options_(options), mean_(zeros_like(mlp)), mean_of_squares_(zeros_like(mlp)) {}

void Adam::step(Mlp<float>& mlp, const Mlp<float>& gradient) {
    ++steps_;
    const auto beta1 = static_cast<float>(options_.beta1);
    const auto beta2 = static_cast<float>(options_.beta2);
    const auto eps = static_cast<float>(options_.eps);
    // The running means start at 0; these undo that bias.
    const auto rate = static_cast<float>(options_.lr / (1.0 - std::pow(options_.beta1, steps_)));
    const auto scale = static_cast<float>(1.0 / (1.0 - std::pow(options_.beta2, steps_)));

    const auto update = [&](auto&& parameter, auto&& g, auto&& m, auto&& v) {
        m = beta1 * m + (1.0F - beta1) * g;
        v = beta2 * v + (1.0F - beta2) * g.square();
        parameter -= rate * m / ((scale * v).sqrt() + eps);
    };
    for (std::size_t i = 0; i < mlp.size(); ++i) {
        update(mlp[i].weight.array(), gradient[i].weight.array(), mean_[i].weight.array(),
               mean_of_squares_[i].weight.array());
        update(mlp[i].bias.array(), gradient[i].bias.array(), mean_[i].bias.array(),
               mean_of_squares_[i].bias.array());
    }
}

} // namespace esol
