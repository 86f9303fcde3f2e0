// The request `environments`: those that the cluster has for a project's later jobs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "remote/cluster.hpp"

namespace rdvc::remote {

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

/// Throws Error as Cluster::ask does.
EnvironmentList ask_environments(Cluster& cluster, const std::string& mirror);

struct ClearedEnvironments {
    std::size_t cleared = 0;
    std::uint64_t kib = 0;
    std::vector<std::pair<std::string, std::string>> in_use; ///< key, how many jobs
    std::vector<std::string> absent;                         ///< keys without an environment
};

/// Removes those whose keys begin with one of `keys` (an empty list stands for all of them), unless
/// a waiting or running job uses them. Throws Error as Cluster::ask does.
ClearedEnvironments clear_environments(Cluster& cluster, const std::string& mirror,
                                       const std::vector<std::string>& keys);

} // namespace rdvc::remote
