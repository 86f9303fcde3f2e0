// `rdvc status --watch`: the whole terminal, until `q`.
#pragma once

#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "world/world.hpp"

namespace rdvc::commands {

/// The newest `limit` submissions of the project; of a sweep its tasks, and of each job its log.
/// Throws Error (usage) without a terminal, and what the first question to the cluster throws.
void watch_status(const world::World& world, const remote::Project& project,
                  remote::Cluster& cluster, unsigned limit);

} // namespace rdvc::commands
