// Facts, configuration and arguments become one submission: what `rdvc run` and `rdvc env build`
// send.
#pragma once

#include <string>
#include <vector>

#include "project/conversions.hpp"
#include "project/snapshot.hpp"
#include "project/submodules.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "send/inputs.hpp"
#include "submission/arguments.hpp"
#include "submission/compose.hpp"

namespace rdvc::send {

/// A submission, and what there is to say about it.
struct Plan {
    submission::Submission submission;
    project::Snapshot snapshot;
    std::vector<project::Submodule> submodules; ///< those of the submission's facts, in that order
    std::size_t left_here = 0;                  ///< uncommitted changes that do not travel
    std::vector<std::string>
        filtered; ///< files that travel as they are here, not as they are in Git
    project::Conversions conversions; ///< what Git makes of the project's files here
    std::string environment;          ///< what decides it, as a text; "" if it is not to be reused
    Inputs inputs;
};

/// What a submission is for.
enum class Purpose { experiment, command, environment };

/// Makes ready to send: refuses what cannot run, takes the snapshot, finds the data that is needed.
/// Throws Error: not_ready, usage.
Plan make_plan(world::World& world, remote::Project& project, remote::Cluster& cluster,
               const submission::RunArguments& arguments, Purpose purpose);

} // namespace rdvc::send
