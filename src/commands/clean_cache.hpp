// `rdvc clean --cache`, a part of `rdvc clean`.
#pragma once

#include <cstdint>

#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "world/world.hpp"

namespace rdvc::commands {

struct CacheWishes {
    std::int64_t older = 0; ///< in seconds
    bool is_only_for_rdvc = false;
    bool dry_run = false;
    bool json = false;
};

/// Removes from DVC's cache on the cluster what nothing names. Throws Error: not_ready, if
/// something may need it; and as the requests do.
void clean_cache(const world::World& world, const remote::Project& project,
                 remote::Cluster& cluster, const CacheWishes& wishes);

} // namespace rdvc::commands
