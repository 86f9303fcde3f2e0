// The request `status` about one submission, with what else the cluster knows of its job.
#pragma once

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "state/details.hpp"
#include "state/record.hpp"

namespace rdvc::remote {

/// What else it is to tell.
enum class More {
    job,  ///< how SLURM describes it, who waits before it, the end of its log
    times ///< when things were written, and accounting
};

struct Detailed {
    state::Record record; ///< the submission's, or the task's
    state::Overview overview;
    state::Details details;
};

/// Asks the cluster once. Throws Error (failed) if it has no trace of the submission; (usage) if it
/// has no such task.
Detailed ask_details(Cluster& cluster, const std::string& mirror, const Target& target, More more);

} // namespace rdvc::remote
