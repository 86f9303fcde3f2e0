// The metric that `rdvc status` shows beside each submission.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "state/listing.hpp"

namespace rdvc::bring {

struct WithMetric {
    state::Listed listed;
    std::vector<std::string> names; ///< of all metrics that these submissions have, each once
};

/// The newest `limit` submissions of the project `mirror`, or of all if it is "", each with the
/// metric that `rdvc table` calls `name`. Asks the cluster once.
WithMetric ask_with_metric(remote::Cluster& cluster, const std::string& mirror, unsigned limit,
                           const std::string& name);

} // namespace rdvc::bring
