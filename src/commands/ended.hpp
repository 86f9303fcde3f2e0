// How a submission has ended, as `rdvc wait` says it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "remote/lookup.hpp"
#include "state/describe.hpp"
#include "world/console.hpp"

namespace rdvc::commands {

struct Ended {
    std::string name; ///< its experiment's
    state::Ending ending;
    bool is_sweep = false;
    std::vector<std::string> advice = {}; ///< for the next run
};

/// By the cluster's records; `lost` if it has none.
Ended ended_of(const remote::Target& target, const state::Overview& overview);

/// Says it, and returns the state. Throws Error (experiment_failed) of one that has failed.
std::string report_end(const world::Console& console, const Ended& ended);

/// The same of a job's own result; `id`: what the user types for it.
std::string report_result(const world::Console& console, std::map<std::string, std::string> result,
                          const std::string& id);

} // namespace rdvc::commands
