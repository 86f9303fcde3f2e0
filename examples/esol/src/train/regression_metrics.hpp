// How far predictions are from the truth. All in the unit of the targets (ESOL:
// log10 of mol/L), but r2, which has none.
#pragma once

#include "train/mlp.hpp"

namespace esol {

struct RegressionMetrics {
    double rmse; // root of the mean squared error
    double mae;  // mean absolute error
    double r2;   // coefficient of determination; NaN if all targets are equal
};

// Both [1 x samples], with at least one sample. Throws Error when a prediction is
// not finite.
RegressionMetrics regression_metrics(const Matrix<float>& predictions,
                                     const Matrix<float>& targets);

} // namespace esol
