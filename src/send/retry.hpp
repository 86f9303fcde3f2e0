// Another attempt of a submission that is known to be gone.
#pragma once

#include <string>

#include "ledger/ledger.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "submission/arguments.hpp"

namespace rdvc::send {

struct RetryQuestion {
    const std::string& what; ///< what the user calls it
    const std::string& token;
    const submission::RunArguments& arguments; ///< sbatch's options that change
};

/// Submits it again and records the outcome. Returns the record: with the new job; or without a
/// job, refused, if the cluster has nothing of the submission and the record has the words of
/// `rdvc run` for a new one. Throws Error: usage, failed (it has a job or a result), refused,
/// not_ready, configuration, unreachable, unknown.
ledger::Record retry(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                     const RetryQuestion& question);

} // namespace rdvc::send
