// How a user names a submission.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// The token of the submission that `word` names: a job id or an experiment's name (the newest that
/// has it), or the start of a token (4 digits or more); "" means the newest. Looks into the ledger
/// first, then asks the cluster. Throws Error (usage) if there is none, or if several tokens begin
/// with it.
std::string find_submission(world::World& world, Cluster& cluster, const std::string& mirror,
                            const std::string& word);

/// The same for each of `words`; reads the ledger once, and asks the cluster at most once.
std::vector<std::string> find_submissions(world::World& world, Cluster& cluster,
                                          const std::string& mirror,
                                          const std::vector<std::string>& words);

} // namespace rdvc::remote
