// The request `clean`: what is no longer needed is removed from the cluster.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remote/cluster.hpp"

namespace rdvc::remote {

/// What goes. The answer's words: KIND KIB JOB NAME PATH; `-` for a job and a name that there are
/// not.
struct RemovedItem {
    std::string kind; ///< submission workspace environment functions leftover
    std::uint64_t kib = 0;
    std::string path = {};
    std::string title = {}; ///< what the user calls it; "" where the path is all there is
};

/// What stays. The answer's words: KIND REASON JOB NAME ID.
struct KeptItem {
    std::string kind;
    std::string reason;
    std::string title;
};

/// What the cluster answers.
struct Cleaned {
    std::string dir;
    std::vector<RemovedItem> removed;
    std::vector<KeptItem> kept;
    std::vector<std::string> failed;         ///< paths
    std::optional<std::string> squeue_words; ///< where it did not answer
};

struct CleanQuestion {
    std::string mirror;
    bool all_projects = false;
    bool dry_run = false;
    std::int64_t older = 0; ///< seconds; what is younger stays
};

/// The commits of published results, as the cluster's records name them. Throws Error as
/// Cluster::ask does.
std::vector<std::string> ask_results(Cluster& cluster, const CleanQuestion& question);

/// Removes; `here` are those results that this laptop has. Throws Error as Cluster::ask does.
Cleaned ask_clean(Cluster& cluster, const CleanQuestion& question,
                  const std::vector<std::string>& here);

} // namespace rdvc::remote
