// The environments that the cluster keeps for a project's later jobs, and which of them
// `rdvc env clear` removes: decided from the cluster's records. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "state/clean.hpp"
#include "state/inventory.hpp"

namespace rdvc::state {

/// A stored environment.
struct KeptEnvironment {
    std::string key;
    std::string id;
    std::int64_t made = 0;    ///< seconds since the epoch
    std::uint64_t kib = 0;    ///< size
    std::string seconds = {}; ///< that the setup command took
    bool current = false;     ///< later jobs use this one
    std::string uses = {};    ///< by jobs that wait or run; "?" if squeue does not answer
    std::string job = {};     ///< that built it
    std::string node = {};
};

struct EnvironmentList {
    std::vector<KeptEnvironment> kept;
    std::vector<std::pair<std::string, std::string>> others; ///< key, and why none is kept yet
    std::size_t of_one_commit = 0; ///< keys that have Git's version in them
    std::int64_t time = 0;         ///< the cluster's clock, seconds since the epoch
};

/// Those of a project, named as in `envs/PROJECT`.
EnvironmentList list_environments(const Inventory& kept, const std::string& project);

struct ClearPlan {
    CleanPlan clean;                                         ///< what may go
    std::vector<std::pair<std::string, std::string>> in_use; ///< key, how many jobs
    std::vector<std::string> absent;                         ///< keys without an environment
};

/// What goes of the keys that begin with one of `keys` (an empty list stands for all of them):
/// builds that no job uses, what builders have left if none is at work, and notes about the keys.
/// `inputs` stays, because it shows a later job what has changed.
ClearPlan plan_clear(const Inventory& kept, const std::string& project,
                     const std::vector<std::string>& keys);

} // namespace rdvc::state
