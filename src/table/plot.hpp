// What `--plot` draws: a metric against a parameter, or learning curves. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "table/figure.hpp"
#include "table/live.hpp"
#include "table/table.hpp"

namespace rdvc::table {

/// `METRIC`, `-METRIC` or `METRIC:PARAM`.
struct Plot {
    Order metric;      ///< by which the tasks with the best curves are found
    std::string param; ///< "": learning curves
};

/// Takes the word apart: names may have colons themselves.
Plot parse_plot(const Table& table, const std::string& word);

/// The metric of each row against the parameter. The other parameters make series if there are few
/// of them. Throws Error as find_column; failed, if one has no numbers.
Figure compare(const Table& table, const Plot& plot);

/// By a task's number.
using PlotsOf = std::map<unsigned, std::vector<LiveFile>>;

/// The curves of these rows, in their order. Throws Error (failed, usage) without any curve.
Figure curves_of(const Table& table, const PlotsOf& plots, const std::string& metric);

} // namespace rdvc::table
