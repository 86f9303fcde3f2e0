// The environments that the cluster has for a project's later jobs, by the request `clean`.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "remote/cluster.hpp"
#include "state/environments.hpp"

namespace rdvc::remote {

/// Throws Error as Cluster::ask does.
state::EnvironmentList ask_environments(Cluster& cluster, const std::string& mirror);

struct ClearedEnvironments {
    std::size_t cleared = 0; ///< environments, and notes that a key cannot be reused
    std::uint64_t kib = 0;
    std::vector<std::pair<std::string, std::string>> in_use; ///< key, how many jobs
    std::vector<std::string> absent;                         ///< keys without an environment
};

/// Removes those whose keys begin with one of `keys` (an empty list stands for all of them), unless
/// a waiting or running job uses them. Throws Error: not_ready if squeue does not answer; as
/// Cluster::ask does.
ClearedEnvironments clear_environments(Cluster& cluster, const std::string& mirror,
                                       const std::vector<std::string>& keys);

} // namespace rdvc::remote
