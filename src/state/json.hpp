// Submissions for programs, as `--json` prints them.
#pragma once

#include <string>
#include <vector>

#include "state/events.hpp"
#include "state/listing.hpp"
#include "state/record.hpp"
#include "state/why.hpp"

namespace rdvc::state {

/// The number that each object has as `schema`: it changes if a key gets another meaning or goes.
/// New keys may come at any time.
inline constexpr int schema = 1;

/// All of them; a sweep has its tasks.
std::string as_json(const Overview& overview, const Metric& metric = {});

/// The same of several clusters: each has its name as `cluster`.
std::string as_json(const std::vector<Listed>& all);

/// What has happened to one.
std::string as_json(const Record& record, const std::vector<Event>& events);

/// Why one is in its state.
std::string as_json(const Record& record, const Overview& overview, const Why& why);

} // namespace rdvc::state
