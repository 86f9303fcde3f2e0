// From the cluster's records and a sweep's tasks to the facts of a table's rows. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "state/record.hpp"
#include "submission/tasks.hpp"
#include "table/table.hpp"

namespace rdvc::table {

/// The parameters that these words after `rdvc run` or `dvc exp run` set with `-S`; nothing if they
/// cannot be read.
std::vector<Metric> params_in(const std::vector<std::string>& words);

/// The same for each task of a sweep, without those that have the same value in all.
std::vector<std::vector<Metric>> params_of(const std::vector<submission::Task>& tasks);

/// By a task's number.
using MetricsOf = std::map<unsigned, std::vector<MetricsFile>>;

/// What there is to know of a submission's tasks.
struct Known {
    std::string name;                             ///< of the submission
    const state::Record* record = nullptr;        ///< null: the cluster has none
    const state::Overview* overview = nullptr;    ///< beside the record
    std::vector<submission::Task> tasks = {};     ///< of a sweep; none: not known
    std::vector<std::vector<Metric>> params = {}; ///< of these tasks, or of the one
    MetricsOf metrics = {};
};

/// One for each task, or for `task` only, if that is not 0. A task that waits has no metrics, even
/// if an earlier attempt left some.
std::vector<Facts> facts_of(Known known, unsigned task = 0);

} // namespace rdvc::table
