// What a submission asks of the cluster, in words for its user.
#pragma once

#include <string>
#include <vector>

#include "submission/compose.hpp"

namespace rdvc::submission {

/// The keys that a sweep varies, and with how many values: `lr (3 values), seed (5 values)`.
std::string varied_keys(const std::vector<Task>& tasks);

/// What all tasks ask for at most: `15 tasks x 2:00:00 x 4 CPUs = 120 CPU-hours`, and with a pack
/// `15 tasks in 3 jobs x ...`; without the hours if there is no time limit.
std::string describe_request(const Submission& submission);

} // namespace rdvc::submission
