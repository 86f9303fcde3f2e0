// Candidates from the files of this laptop: neither git, nor ssh, nor DVC is started.
#pragma once

#include <filesystem>
#include <vector>

#include "completion/complete.hpp"
#include "config/config.hpp"
#include "ledger/ledger.hpp"

namespace rdvc::completion {

/// The settings that a file can have, and the defined instances' and clusters' are as they are.
std::vector<Candidate> settings();

/// Names and job ids, newest first: those of the project whose `project.id` is `id`, or all if it
/// has none.
std::vector<Candidate> submissions(const std::vector<ledger::Record>& records,
                                   const std::string& id);

/// `KEY=` of params.yaml, and with Hydra `GROUP=OPTION` of its configuration's folder. What cannot
/// be read is left out.
std::vector<Candidate> parameters(const std::filesystem::path& dvc_project);

} // namespace rdvc::completion
