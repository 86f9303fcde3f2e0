// Brings objects as tar streams. Each is hashed while it is written, and enters the cache as soon
// as it is whole and its content is what its name says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// What a transfer has brought.
struct Brought {
    std::set<std::string> arrived; ///< the names of objects that are now in the cache
    std::set<std::string> damaged; ///< of those that were not accepted
    std::uint64_t size = 0;        ///< bytes of all that came
    std::string place;             ///< the cluster's cache

    void add(Brought other);
};

/// Brings those of the objects that the cluster has into `cache`, which has none of them. `size`:
/// bytes in all, about. `variables` are those of a request `objects`. An object that an interrupted
/// transfer left incomplete is continued. Throws Error: unreachable if the connection broke off,
/// failed, not_ready.
Brought bring_objects(world::World& world, Cluster& cluster, const script::Variables& variables,
                      const std::set<std::string>& names, std::uint64_t size,
                      const std::filesystem::path& cache);

} // namespace rdvc::remote
