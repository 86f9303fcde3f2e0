// What has happened to a submission, in order. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "state/details.hpp"
#include "state/record.hpp"

namespace rdvc::state {

struct Event {
    double time = 0;  ///< seconds since the epoch, by the cluster's clock
    std::string what; ///< `sent`, `queued`, `eligible`, `started`, `phase`, `ended`, ...
    std::string detail = {};
    std::optional<double> seconds = {}; ///< how long it took, or has taken so far
};

/// Of a submission, a task, or a whole sweep, from the marks that rdvc leaves, what the job has
/// recorded, and accounting where there is any. Oldest first.
std::vector<Event> events_of(const Record& record, const Overview& overview,
                             const Details& details);

/// As a person reads them.
std::string events_text(const std::vector<Event>& events);

} // namespace rdvc::state
