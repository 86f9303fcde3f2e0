// Adam: steps along a running mean of the gradient, scaled for each parameter by
// a running mean of its square. Kingma and Ba, ICLR 2015, arXiv:1412.6980
#pragma once

#include "train/mlp.hpp"

namespace esol {

struct AdamOptions {
    double lr = 1e-3;     // step size
    double beta1 = 0.9;   // decay of the mean of the gradient
    double beta2 = 0.999; // decay of the mean of its square
    double eps = 1e-8;    // keeps the division finite
};

class Adam {
  public:
    // For networks of the shape of `mlp`.
    Adam(const Mlp<float>& mlp, AdamOptions options);

    // One step of `mlp` against `gradient`, both of the shape given at first.
    void step(Mlp<float>& mlp, const Mlp<float>& gradient);

  private:
    AdamOptions options_;
    long steps_ = 0;
    Mlp<float> mean_;
    Mlp<float> mean_of_squares_;
};

} // namespace esol
