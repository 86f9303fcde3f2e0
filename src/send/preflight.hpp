// Refuses before anything is sent what the cluster would refuse or never start.
#pragma once

#include "remote/cluster.hpp"
#include "submission/preflight.hpp"

namespace rdvc::send {

/// Throws Error (not_ready) if the limits of the cluster, as this laptop knows them since at most a
/// day, rule the request out. Does not ask the cluster.
void refuse_impossible(const remote::Cluster& cluster, const submission::Request& request);

} // namespace rdvc::send
