// What an experiment or a command has left that did not end, or has not ended yet.
#pragma once

#include <string>
#include <vector>

#include "commands/submissions.hpp"

namespace rdvc::commands {

/// `rdvc pull --partial`: brings the partial results of these submissions into `.rdvc/partial/NAME`
/// and their refs. Throws Error (failed) where one has none.
base::Exit pull_partial(cli::World& world, const Project& project, Cluster& cluster,
                        const std::vector<std::string>& tokens);

} // namespace rdvc::commands
