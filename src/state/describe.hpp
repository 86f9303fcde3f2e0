// Submissions in words, as `rdvc status` prints them.
#pragma once

#include <string>
#include <vector>

#include "state/record.hpp"
#include "state/state.hpp"

namespace rdvc::state {

/// Everything that is known about a submission, or about a task; a sweep has a row for each task.
std::string describe(const Record& record, const Overview& overview, const std::string& cluster);

/// The result's current name, which differs from the requested one if that was taken.
std::string name_of(const Record& record);

/// How a submission or task has ended.
struct Ending {
    bool good = false;     ///< with a result, or a sweep with results of all tasks
    std::string state;     ///< `published`, `failed in phase experiment`, `2 published  1 failed`
    std::string why = {};  ///< if it is not good: a sentence, or empty
    std::string next = {}; ///< the command to type next, or empty
};
Ending ending_of(const Record& record, const Overview& overview);

/// The phase and for how long; nothing of a job that has not begun, or has its result.
std::string phase_and_age(const Record& record, const State& state, const Overview& overview);

} // namespace rdvc::state
