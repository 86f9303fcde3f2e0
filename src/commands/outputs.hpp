// What commands have left on the cluster, brought into the work tree.
#pragma once

#include <string>
#include <vector>

#include "commands/submissions.hpp"

namespace rdvc::commands {

/// The folders whose files come back of a command, from the work tree's root: as typed from where
/// the user stands, else as configured (`run.output`). Throws Error (usage) for one that no output
/// can be.
std::vector<std::string> declared_outputs(const Project& project,
                                          const std::vector<std::string>& typed);

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
PulledOutputs pull_outputs(cli::World& world, const Project& project, Cluster& cluster,
                           const PullRequest& request, Overview& overview);

} // namespace rdvc::commands
