// The data of experiments that come from the cluster: which objects their commits name, and
// bringing those that this laptop's cache lacks.
#pragma once

#include <string>
#include <vector>

#include "commands/cluster.hpp"

namespace rdvc::commands {

/// An experiment whose commit is in the local repository.
struct Arrived {
    std::string name;
    std::string commit; ///< its parent is the commit that it was made from
};

/// Brings the data that the experiments' commits name, as `dvc exp pull` does from a DVC remote.
/// What the cluster does not have is said; gives false if some of it was made by one of these
/// experiments. Throws Error as Transfer::bring does.
bool bring_data(cli::World& world, const Project& project, Cluster& cluster,
                const std::vector<Arrived>& experiments);

} // namespace rdvc::commands
