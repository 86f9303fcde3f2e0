// What a user is told about a submission that was sent.
#pragma once

#include <string>

#include "ledger/ledger.hpp"
#include "world/console.hpp"

namespace rdvc::commands {

/// Says on standard output what was submitted: a sentence; only the job's id with --quiet; or JSON.
/// Without a job, an environment was built on the login node.
void report_submitted(const world::Console& console, const ledger::Record& record, bool json);

/// A line with commands; `comes_back`: `rdvc pull` will bring something.
std::string what_to_type_next(const ledger::Record& record, bool comes_back);

} // namespace rdvc::commands
