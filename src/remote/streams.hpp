// Sends objects as tar streams, several at a time over the one connection. The cluster checks each
// object while the next ones arrive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// An object to send, and the local file that has its content.
struct Outgoing {
    std::string name;
    std::filesystem::path source;
    std::uint64_t size = 0;
};

/// Sends the objects to the cluster's folder for incoming objects. `variables` are those of a
/// request `objects`; the later request `take` needs the same ones. Throws Error: unreachable if
/// the connection broke off, failed, not_ready.
void send_streams(world::World& world, Cluster& cluster, const script::Variables& variables,
                  const std::vector<Outgoing>& objects);

} // namespace rdvc::remote
