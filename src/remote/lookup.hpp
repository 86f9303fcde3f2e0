// How a user names a submission.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "state/record.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// What a user means: a submission, or a task of a sweep.
struct Target {
    std::string token;
    unsigned task = 0; ///< 0: the submission, with all of its tasks

    bool operator==(const Target&) const = default;
};

/// The submission or task that `word` names. A task is SUBMISSION.N or JOB_N, with any name of its
/// submission, or its own name. Throws Error (usage) as find_submission does, and for a number that
/// the sweep does not have.
Target find_target(world::World& world, Cluster& cluster, const std::string& mirror,
                   const std::string& word);

/// The same for each of `words`, with what the ledger says; asks the cluster at most once.
std::vector<Target> find_targets(const std::vector<ledger::Record>& records, Cluster& cluster,
                                 const std::string& mirror, const std::vector<std::string>& words);

/// The same by what this laptop knows alone; `overview` is what it remembers of all submissions.
/// Throws Error (usage) if it knows none of that name.
Target find_remembered(const std::vector<ledger::Record>& records, const Cluster& cluster,
                       const std::string& mirror, const state::Overview& overview,
                       const std::string& word);

/// `words` with each SUBMISSION.3-7 replaced by SUBMISSION.3 to SUBMISSION.7, unless a submission
/// of this laptop has that name. Throws Error (usage) for a range that descends.
std::vector<std::string> expand_ranges(const std::vector<ledger::Record>& records,
                                       const std::vector<std::string>& words);

/// The token of the submission that `word` names: a job id or an experiment's name (the newest that
/// has it), or the start of a token (4 digits or more); "" means the newest. Looks into the ledger
/// first, then asks the cluster. Throws Error (usage) if there is none, if several tokens begin
/// with it, or if it names a task.
std::string find_submission(world::World& world, Cluster& cluster, const std::string& mirror,
                            const std::string& word);

/// The Error for the answer `absent task N`: the request is about one job, and the submission is a
/// sweep of N tasks; or it is none, and N is 0.
base::Error no_such_task(const std::string& token, const std::string& answer);

} // namespace rdvc::remote
