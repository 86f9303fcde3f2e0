// Which tasks another attempt is for, and what it asks for.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "submission/arguments.hpp"

namespace rdvc::send {

enum class Which {
    without_result, ///< failed, cancelled, lost
    failed,         ///< neither cancelled nor lost
};

struct RetryQuestion {
    const std::string& what; ///< what the user calls it
    remote::Target target;
    const submission::RunArguments& arguments; ///< sbatch's options that change
    Which which = Which::without_result;
    bool avoid_nodes = false; ///< those on which something failed by its node
};

struct Again {
    std::vector<unsigned> tasks; ///< of a sweep; none: all without a result
    std::vector<submission::SbatchOption> sbatch;
};

/// Asks the cluster only if the answer depends on how something ended: for what has failed; for
/// `--mem=xN`, which multiplies the memory of the last attempt and, of a sweep, is for the tasks
/// that ran out of it; and for the nodes to avoid, which are added to `--exclude`. Throws Error:
/// failed if none of them ended in that way, usage for a factor without anything to multiply.
Again choose_again(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                   const ledger::Record& record, const RetryQuestion& question);

} // namespace rdvc::send
