// What the cluster has and what it allows its user, as SLURM's programs tell it. What they do not
// tell is unknown, never a limit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slurm/nodes.hpp"

namespace rdvc::slurm {

struct Partition {
    std::string name;
    bool is_default = false;
    std::string state = {};                           ///< SLURM's word: UP, DOWN, DRAIN, INACTIVE
    std::optional<long> max_time = {};                ///< seconds
    std::optional<std::uint64_t> max_cpus = {};       ///< of a node, if fewer than it has
    std::optional<std::uint64_t> max_memory = {};     ///< of a node, in MiB, if less than it has
    std::string qos = {};                             ///< whose limits all its jobs have
    std::map<std::string, std::string> only_for = {}; ///< `accounts`: `physics,-guests`
    std::vector<Nodes> nodes = {};
};

/// What one account, or a part of it, allows its user.
struct Association {
    std::string account;
    std::string partition = {}; ///< in which it counts; "" for all
    std::vector<std::string> qos = {};
    std::string default_qos = {};
    std::optional<std::uint64_t> max_submit = {};   ///< jobs that wait and run
    std::optional<std::uint64_t> max_jobs = {};     ///< jobs that run
    std::optional<std::uint64_t> group_submit = {}; ///< max_submit of all its users together
    std::optional<long> max_time = {};              ///< seconds
};

/// A quality of service.
struct Qos {
    std::string name;
    std::vector<std::string> flags = {};
    std::optional<std::uint64_t> max_submit = {}; ///< of a user, jobs that wait and run
    std::optional<std::uint64_t> max_jobs = {};   ///< of a user, jobs that run
    std::optional<std::uint64_t> group_submit = {};
    std::optional<long> max_time = {}; ///< seconds
    std::string max_tres = {};         ///< of a user: `cpu=64,gres/gpu=4`

    [[nodiscard]] bool has_flag(std::string_view flag) const;
};

struct Limits {
    std::vector<Partition> partitions; ///< in the order of sinfo
    std::string default_account;
    std::vector<Association> associations; ///< on this cluster
    std::vector<Qos> qos;
    std::map<std::string, std::string> settings; ///< of the cluster: `MaxArraySize`
    std::map<std::string, std::string> presets;  ///< `PARTITION` if the login sets SBATCH_PARTITION
    std::map<std::string, std::uint64_t> jobs;   ///< of the user: `PENDING`: how many
    std::map<std::string, std::string> silent;   ///< what was not told, and a program's words

    [[nodiscard]] const Partition* find_partition(std::string_view name) const;
    [[nodiscard]] const Qos* find_qos(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> partition_names() const;
    /// True if the cluster is known to obey limits of this kind that accounting has:
    /// `associations` (accounts must exist), `limits`, `qos`.
    [[nodiscard]] bool enforces(std::string_view kind) const;
    /// A setting of the cluster, or "".
    [[nodiscard]] std::string setting(const std::string& name) const;
    /// All nodes, in their partitions.
    [[nodiscard]] std::vector<Nodes> nodes() const;
};

/// Reads the answer to the request `limits`, lines `KIND WORDS`. Total: skips what has another
/// form.
Limits parse_limits(std::string_view text);

} // namespace rdvc::slurm
