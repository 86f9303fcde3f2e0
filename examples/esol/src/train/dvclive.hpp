// Metrics in DVCLive's files, so that `dvc exp show`, `dvc metrics show` and
// `dvc plots show` understand them, also while the training goes on:
//   metrics.json                  last value of each metric, nested by "/", and "step"
//   plots/metrics/train/loss.tsv  history of the metric "train/loss"
// https://dvc.org/doc/dvclive
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace esol {

class Live {
  public:
    // Files from an earlier run in `folder` are replaced as metrics come in.
    explicit Live(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // The step that later calls are about: 0, 1, ... (here an epoch).
    void set_step(long step) { step_ = step; }

    // A value of this step, added to the metric's history.
    void log_metric(const std::string& name, double value);

    // A value of the whole run, without a history.
    void log_summary(const std::string& name, double value);

    // Writes metrics.json. Throws Error, as log_metric does, when a file cannot be
    // written.
    void make_summary() const;

  private:
    std::filesystem::path folder_;
    long step_ = 0;
    std::map<std::string, double> latest_; // by name with "/"
    std::set<std::string> with_history_;
};

} // namespace esol
