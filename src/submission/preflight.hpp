// What the cluster would refuse or never start, as far as its limits are known.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "slurm/limits.hpp"
#include "submission/arguments.hpp"

namespace rdvc::submission {

/// What is to be submitted.
struct Request {
    std::vector<SbatchOption> sbatch = {};
    bool is_whole = true; ///< sbatch gets no other options, which could decide where the job runs
    std::size_t tasks = 1;
    std::size_t jobs = 1;
};

struct Refusal {
    std::string what;         ///< the option, and the limit
    std::string instead = {}; ///< the nearest that would do; "" if nothing is known
};

/// Everything about the request that cannot be, by these limits. What they do not say is no reason.
/// Pure and total.
std::vector<Refusal> refusals(const Request& request, const slurm::Limits& limits);

} // namespace rdvc::submission
