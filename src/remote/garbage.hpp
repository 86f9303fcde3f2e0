// The request `garbage`, of `rdvc clean --cache`: what DVC's cache on the cluster has that nothing
// names, and its removal.
#pragma once

#include <optional>
#include <string>

#include "remote/cluster.hpp"
#include "state/clean_cache.hpp"

namespace rdvc::remote {

/// What there is. `older`: seconds that it has not changed. Throws Error as Cluster::ask does.
state::CacheReport ask_cache(Cluster& cluster, const config::Config& config, std::int64_t older);

/// What was removed.
struct CacheCleaned {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0; ///< of the objects
    std::uint64_t entries = 0;
    bool has_begun = false; ///< a job or a submission began meanwhile, so nothing was removed
    std::optional<std::string> squeue_words; ///< squeue's message, if it did not answer
    std::vector<std::string> failed;         ///< folders that could not be removed
};

/// Removes what may go. The cluster keeps what has been named meanwhile. May be repeated. Throws
/// Error as Cluster::ask does.
CacheCleaned clean_cache(Cluster& cluster, const config::Config& config,
                         const state::CachePlan& plan, std::int64_t older);

} // namespace rdvc::remote
