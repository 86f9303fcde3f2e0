// What an experiment or a command has left that did not end, or has not ended yet.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::bring {

/// `rdvc pull --partial`: brings the partial results of these submissions into `.rdvc/partial/NAME`
/// and their refs. Throws Error (failed) where one has none.
base::Exit pull_partial(world::World& world, const remote::Project& project,
                        remote::Cluster& cluster, const std::vector<std::string>& tokens);

} // namespace rdvc::bring
