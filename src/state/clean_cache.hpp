// What `rdvc clean --cache` may remove from DVC's cache on the cluster. Pure. The cluster looks
// once more before it removes anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "state/inventory.hpp"

namespace rdvc::state {

/// An object, or an entry of the run-cache.
struct CacheItem {
    std::string name; ///< its place in the cache
    std::uint64_t bytes = 0;
    std::int64_t time = 0; ///< of its last change, in seconds since the epoch
};

/// The cluster's report.
struct CacheReport {
    std::string folder;
    bool is_outside = false;             ///< not in rdvc's own folder
    std::uint64_t count = 0;             ///< of all objects
    std::uint64_t bytes = 0;             ///< of all objects
    std::uint64_t foreign = 0;           ///< objects of other users
    std::vector<std::string> unreadable; ///< places that may name objects, and cannot be read
    std::vector<CacheItem> objects;      ///< that nothing names
    std::vector<CacheItem> entries;      ///< of the run-cache, that name such objects
};

struct CacheQuestion {
    std::int64_t older = 0;        ///< in seconds; younger items stay
    bool has_group = false;        ///< the setting cluster.cache_group
    bool is_only_for_rdvc = false; ///< the user says that nothing else uses a cache elsewhere
};

struct CachePlan {
    std::vector<std::string> reasons; ///< why nothing may go; empty: it may
    std::vector<CacheItem> objects;   ///< that may go, or could
    std::vector<CacheItem> entries;

    [[nodiscard]] std::uint64_t bytes() const;
    /// Their names, a line each, as the cluster takes them.
    [[nodiscard]] std::string list() const;
};

/// `kept`: what rdvc's folder has, of all projects.
CachePlan plan_cache(const Inventory& kept, const CacheReport& report,
                     const CacheQuestion& question);

} // namespace rdvc::state
