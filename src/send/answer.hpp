// What the cluster answers to a request that sends a job: `submit` and `retry`.
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
    std::vector<std::string> errors; ///< sbatch's and git's own words
    std::vector<std::string> lacks;  ///< to retry: `functions HASH`, `mirror NAME`
    transport::Connection::Reply reply;

    /// The id of the job; valid after `submitted`.
    [[nodiscard]] std::string job() const;
};

/// Runs `request` and reads its answer. What setup says on the login node, and which of
/// its variables are ignored, is said as it comes.
JobAnswer send_job(world::World& world, remote::Cluster& cluster, std::string_view request,
                   const script::Variables& variables, const std::string& nonce,
                   const remote::Cluster::Data& data);

/// Why there is no job, where both requests say it alike: `unknown` and its hint where it is not
/// certain that there is none.
base::Error no_job(const JobAnswer& answer, const std::string& cluster, const std::string& unknown,
                   const std::string& hint);

} // namespace rdvc::send
