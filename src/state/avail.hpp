// What a cluster has and allows now, for its user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slurm/limits.hpp"

namespace rdvc::state {

/// The partitions as columns, with a heading. If `width` is known and too small for them: each
/// partition as lines `what  value`.
std::string describe_partitions(const slurm::Limits& limits, std::optional<std::size_t> width);

/// What the user may have, as lines; also what the cluster does not tell.
std::string describe_allowance(const slurm::Limits& limits);

/// All of it, as JSON with a `version`.
std::string as_json(const slurm::Limits& limits, const std::string& cluster);

/// When a job would start, as `sbatch --test-only` says.
struct Estimate {
    std::string partition;               ///< "" if the options decide it
    std::optional<std::int64_t> in = {}; ///< seconds from now; nothing if sbatch refuses
    std::string words;                   ///< sbatch's own
};

/// Reads `STATUS NOW PARTITION WORDS`, NOW and the start in seconds since the epoch by the
/// cluster's clock; `-` for no partition. Total.
Estimate parse_estimate(std::string_view line);

/// One for each partition that was asked for, as columns.
std::string describe_estimates(const std::vector<Estimate>& estimates);

/// The same as JSON with a `version`.
std::string as_json(const std::vector<Estimate>& estimates, const std::string& cluster);

} // namespace rdvc::state
