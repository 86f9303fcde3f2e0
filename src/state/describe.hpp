// Submissions in words, as `rdvc status` prints them.
#pragma once

#include <string>
#include <vector>

#include "state/record.hpp"

namespace rdvc::state {

/// All of them as JSON; a sweep has its tasks.
std::string as_json(const Overview& overview);

/// Everything that is known about a submission, or about a task; a sweep has a row for each task.
std::string describe(const Record& record, const Overview& overview, const std::string& cluster);

/// Experiment, job, state, phase, detail.
std::vector<std::string> row_of(const Record& record, const Overview& overview);

} // namespace rdvc::state
