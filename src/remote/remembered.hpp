// What this laptop knows of submissions without asking the cluster.
#pragma once

#include <string>

#include "remote/cluster.hpp"
#include "state/record.hpp"

namespace rdvc::remote {

/// The newest `limit` submissions of the project `mirror` that the ledger has, or all projects' if
/// it is "", with what the cluster has told of them. Of those that had not ended by then nothing is
/// certain.
state::Overview remembered(const world::World& world, const Cluster& cluster,
                           const std::string& mirror, unsigned limit);

} // namespace rdvc::remote
