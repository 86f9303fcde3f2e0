#include "train/regression_metrics.hpp"

#include <cmath>
#include <limits>

#include "io/error.hpp"

namespace esol {

RegressionMetrics regression_metrics(const Matrix<float>& predictions,
                                     const Matrix<float>& targets) {
    if (!predictions.allFinite())
        throw Error("the network's predictions are not finite");
    const Eigen::ArrayXd truth = targets.reshaped().cast<double>();
    const Eigen::ArrayXd errors = predictions.reshaped().cast<double>().array() - truth;
    const double spread = (truth - truth.mean()).square().sum();
    return {
        .rmse = std::sqrt(errors.square().mean()),
        .mae = errors.abs().mean(),
        .r2 = spread > 0 ? 1.0 - errors.square().sum() / spread
                         : std::numeric_limits<double>::quiet_NaN(),
    };
}

} // namespace esol
