// Another attempt of a submission that is known to be gone.
#pragma once

#include <string>

#include "ledger/ledger.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "send/again.hpp"

namespace rdvc::send {

struct Retried {
    ledger::Record record;
    std::string tasks; ///< of a sweep: those that are sent, as SLURM writes indices
};

/// Submits it again, or those tasks of it that are asked for, and records the outcome. Returns its
/// record with the new job; or without a job, refused, if the cluster has nothing of the submission
/// and the record has the words of `rdvc run` for a new one. Throws Error: usage, failed (it has a
/// job or a result), refused, not_ready, configuration, unreachable, unknown.
Retried retry(world::World& world, const remote::Project& project, remote::Cluster& cluster,
              const RetryQuestion& question);

} // namespace rdvc::send
