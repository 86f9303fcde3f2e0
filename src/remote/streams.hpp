// Objects on their way as tar streams, several at a time over the one connection: each is checked
// while those behind it are still on their way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// An object that is sent, and the file here that has its content.
struct Outgoing {
    std::string name;
    std::filesystem::path source;
    std::uint64_t size = 0;
};

/// Sends the objects to the folder for incoming ones. `variables` are those of a request `objects`,
/// which `take` is then asked with too. Throws Error: unreachable where the connection broke off,
/// failed, not_ready.
void send_streams(world::World& world, Cluster& cluster, const script::Variables& variables,
                  const std::vector<Outgoing>& objects);

} // namespace rdvc::remote
