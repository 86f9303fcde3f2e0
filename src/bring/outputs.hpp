// Brings the outputs of commands from the cluster into the work tree.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::bring {

/// The request to `rdvc pull`.
struct PullRequest {
    /// None: all outputs of commands that were not pulled yet.
    std::vector<remote::Target> targets;
    bool force = false;   ///< replace local files with different content
    bool no_data = false; ///< outputs are data
    /// Where outputs may go if another laptop submitted.
    std::vector<std::string> folders = {};
};

struct PulledOutputs {
    bool said = false; ///< the user was told about one
    base::Exit exit = base::Exit::done;
};

/// Brings the outputs of the requested commands of `overview`, oldest first, and removes all
/// commands from it, which leaves the experiments. Each task of a sweep gets a folder of its own in
/// `.rdvc/outputs`. If a local file is in the way of one, or its
/// transfer broke, it says so and continues with the others. Throws Error: failed if one that was
/// requested by name has none; and what a lost connection throws.
PulledOutputs pull_outputs(world::World& world, const remote::Project& project,
                           remote::Cluster& cluster, const PullRequest& request,
                           state::Overview& overview);

} // namespace rdvc::bring
