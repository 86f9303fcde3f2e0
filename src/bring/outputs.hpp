// What commands have left on the cluster, brought into the work tree.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::bring {

/// What `rdvc pull` was asked for.
struct PullRequest {
    std::vector<std::string> tokens; ///< none: all outputs of commands that were not pulled yet
    bool force = false;              ///< replace local files that have another content
    bool no_data = false;            ///< outputs are data
    /// Where outputs may go that another laptop submitted.
    std::vector<std::string> folders = {};
};

struct PulledOutputs {
    bool said = false; ///< the user heard of one
    base::Exit exit = base::Exit::done;
};

/// Brings the outputs of those commands of `overview` that are asked for, the oldest first, and
/// takes all commands out of it: what is left are experiments. Where a local file is in the way of
/// one, or its transfer broke off, it says so and goes on with the others. Throws Error: failed
/// where one that was asked for by name has none; and what a lost connection throws.
PulledOutputs pull_outputs(world::World& world, const remote::Project& project,
                           remote::Cluster& cluster, const PullRequest& request,
                           state::Overview& overview);

} // namespace rdvc::bring
