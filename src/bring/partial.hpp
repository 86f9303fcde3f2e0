// The files of an experiment or a command that did not complete, or is still running.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::bring {

/// `rdvc pull --partial`: brings the partial results of these submissions and tasks into
/// `.rdvc/partial/NAME` and their refs. Throws Error (failed) if one has none.
base::Exit pull_partial(world::World& world, const remote::Project& project,
                        remote::Cluster& cluster, const std::vector<remote::Target>& targets);

} // namespace rdvc::bring
