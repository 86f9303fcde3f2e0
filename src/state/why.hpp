// Why a submission is in the state that it is in, and what to do about it. Pure.
#pragma once

#include <string>
#include <vector>

#include "state/details.hpp"
#include "state/record.hpp"

namespace rdvc::state {

struct Why {
    std::string what;               ///< a sentence: whose state it is, and the state
    std::vector<std::string> facts; ///< sentences
    std::vector<std::string> log;   ///< the last lines that matter, if it has failed
    std::string next;               ///< the command to type next
};

/// Of a submission, a task, or a whole sweep; `details` are those of its job, of a sweep those of
/// its first one.
Why why_of(const Record& record, const Overview& overview, const Details& details);

/// As a person reads it.
std::string as_text(const Why& why);

} // namespace rdvc::state
