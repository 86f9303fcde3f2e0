// The request `status`: what the cluster knows about this project's submissions.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "state/record.hpp"

namespace rdvc::remote {

/// Adds one frame of that answer; ignores unknown ones. Throws Error (failed) for an invalid
/// folder.
void add_frame(state::Overview& overview, const transport::Frame& frame);

inline constexpr unsigned all_submissions = 1000000;

enum class Wanted { all, with_result };

/// Asks the cluster once. `only`: tokens, one a line, or "" for the newest `limit` of the project.
state::Overview ask_overview(Cluster& cluster, const std::string& mirror, const std::string& only,
                             unsigned limit, Wanted wanted = Wanted::all);

/// The newest `limit` as ask_overview() does, and in the same answer what their jobs have copied of
/// their metrics: `on_metrics` gets the files for table::LiveReader, those of each submission after
/// a record `submission`, which has its token.
state::Overview ask_with_metrics(Cluster& cluster, const std::string& mirror, unsigned limit,
                                 const Cluster::OnData& on_metrics);

/// The same for these tokens.
state::Overview ask_overview(Cluster& cluster, const std::string& mirror,
                             const std::vector<std::string>& tokens);

} // namespace rdvc::remote
