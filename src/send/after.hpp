// What `--after` means now: which jobs there are to wait for.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "submission/after.hpp"
#include "submission/arguments.hpp"

namespace rdvc::send {

/// Asks the cluster about the submissions that the arguments wait for, and adds to them what SLURM
/// has to know. What has ended well is not waited for, since SLURM may have forgotten it. Throws
/// Error: usage for one that this project does not have on this cluster; not_ready if one has ended
/// otherwise, or a task of it, and success was asked for; unknown.
void find_predecessors(world::World& world, const remote::Project& project,
                       remote::Cluster& cluster, submission::RunArguments& arguments);

/// The same for another attempt of a submission, from its notes (`ok:TOKEN,any:TOKEN.7`): SLURM's
/// words, "" if there is nothing left to wait for.
std::string find_predecessors_again(world::World& world, const remote::Project& project,
                                    remote::Cluster& cluster, const std::string& notes);

} // namespace rdvc::send
