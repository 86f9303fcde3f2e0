// rsync between this laptop and the cluster, over the same connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/project.hpp"

namespace rdvc::remote {

/// Files of one folder for another, one of which is on the cluster.
struct Copy {
    enum class Direction { to_cluster, from_cluster } direction;
    std::string from;
    std::string to;
    std::vector<std::string> names; ///< paths in both
    std::uint64_t size = 0;         ///< bytes, all together
    std::string remote_rsync;       ///< the program on the cluster
};

/// True if this machine has rsync, and the host's name does not look like a path to it.
bool can_rsync(world::World& world, const Cluster& cluster);

/// Copies the files; those that are there in part grow, so that an interrupted copy goes on at the
/// byte where it was. What a file holds then is for the caller to look at. Throws Error:
/// unreachable where the connection broke off, failed.
void copy(world::World& world, Cluster& cluster, const Copy& copy);

} // namespace rdvc::remote
