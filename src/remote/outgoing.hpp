// Sends objects as tar streams. The cluster checks each object while the next ones arrive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// An object to send, and the local file that has its content.
struct Outgoing {
    std::string name;
    std::string source;
    std::uint64_t size = 0;
    std::uint64_t there = 0; ///< bytes that have arrived before; they are not sent again
};

/// Sends the objects to the cluster's cache. `variables` are those of a request `objects`. Gives
/// the names of those that arrived damaged. Throws Error: unreachable if the connection broke off,
/// failed, not_ready.
std::set<std::string> send_objects(world::World& world, Cluster& cluster,
                                   const script::Variables& variables,
                                   const std::vector<Outgoing>& objects);

} // namespace rdvc::remote
