// What a submission's jobs used, and what to ask for next time. Pure.
#pragma once

#include <string>
#include <vector>

#include "state/record.hpp"
#include "state/usage.hpp"

namespace rdvc::state {

/// Of one job; of a sweep the most that any of its tasks used.
struct Measured {
    Usage used;
    Asked asked;
    Ended ending;

    [[nodiscard]] std::vector<std::string> advice() const { return advise(used, asked, ending); }
};
Measured measured_of(const Record& record, const Overview& overview);

} // namespace rdvc::state
