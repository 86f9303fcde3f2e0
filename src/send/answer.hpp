// The cluster's answer to a request that sends a job: `submit` or `retry`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "remote/cluster.hpp"

namespace rdvc::send {

struct JobAnswer {
    std::string verb; ///< one of script::is_last_word(); "" if none came
    std::string rest;
    std::vector<std::string> errors; ///< messages of sbatch and git
    std::vector<std::string>
        lacks;         ///< what the cluster lacks for `retry`: `functions HASH`, `mirror NAME`
    std::string tasks; ///< of a sweep: those that `retry` sends, as SLURM writes indices
    transport::Connection::Reply reply;

    /// The job's id; valid after `submitted`.
    [[nodiscard]] std::string job() const;
};

/// Runs `request` and reads its answer. Prints the output of setup on the login node, and the names
/// of ignored variables, as they arrive.
JobAnswer send_job(world::World& world, remote::Cluster& cluster, std::string_view request,
                   const script::Variables& variables, const std::string& nonce,
                   const remote::Cluster::Data& data);

/// Why there is no job, for answers that both requests share. The error says `unknown` with `hint`
/// if there may be a job.
base::Error no_job(const JobAnswer& answer, const std::string& cluster, const std::string& unknown,
                   const std::string& hint);

} // namespace rdvc::send
