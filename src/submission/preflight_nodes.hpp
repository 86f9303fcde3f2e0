// What no node of some partitions has.
#pragma once

#include <vector>

#include "slurm/limits.hpp"
#include "submission/preflight.hpp"

namespace rdvc::submission {

using Partitions = std::vector<const slurm::Partition*>;

/// The features, GPUs, CPUs and memory of the request that no node has: of the cluster, or of
/// `candidates`, where the job may run. Nothing about partitions whose nodes are not known.
std::vector<Refusal> refusals_by_nodes(const Request& request, const slurm::Limits& limits,
                                       const Partitions& candidates);

} // namespace rdvc::submission
