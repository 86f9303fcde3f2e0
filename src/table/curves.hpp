// Learning curves in files of plots, as DVCLive and others write them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "table/figure.hpp"
#include "table/live.hpp"

namespace rdvc::table {

struct Curve {
    std::string name; ///< `train.loss`: its column, or its file's path
    std::string x;    ///< `step`, `epoch`, or `row` if the file numbers nothing
    std::vector<std::pair<double, double>> points; ///< finite ones
};

/// The curves in one file (CSV, TSV, JSON: a list of maps); none if it cannot be read. A last line
/// that is torn is left out. Total.
std::vector<Curve> curves_in(const LiveFile& file);

/// The curve that the metric's name means: its own column, or a file or column that ends like it.
std::optional<Curve> find_curve(const std::vector<LiveFile>& files, const std::string& metric);

} // namespace rdvc::table
