// What sinfo shows of nodes, and the instances that can be offered: one for each feature of some
// nodes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::slurm {

/// Nodes of one partition that have the same state, size, features and generic resources.
struct Nodes {
    std::string partition;
    bool is_default = false; ///< of the cluster's partitions
    std::uint32_t count = 0;
    std::string state;                        ///< SLURM's long word, e.g. `idle`, `drained*`
    std::optional<std::uint64_t> cpus = {};   ///< of each node
    std::optional<std::uint64_t> memory = {}; ///< of each node, in MiB
    std::uint32_t free_cpus = 0;              ///< of all together
    std::uint32_t all_cpus = 0;               ///< of all together
    std::string gres = {};                    ///< `gpu:a10g:1(S:0)`; "" if there is none
    std::string used_gres = {};               ///< of each node
    std::vector<std::string> features = {};

    [[nodiscard]] bool has_gpu() const;
    [[nodiscard]] bool is_idle() const;
    [[nodiscard]] bool is_mixed() const;
    /// True if no job can start there now: down, drained, reserved, or something unknown.
    [[nodiscard]] bool is_out() const;
};

/// One line of list_nodes (cluster/both/slurm.sh), or nothing if it has another form.
std::optional<Nodes> parse_sinfo_line(std::string_view line);

/// How many GPUs of each type `gpu:a100:4(S:0-1),gpu:v100:2` is; a type that SLURM does not know is
/// "". Total.
std::map<std::string, std::uint64_t> gpus_in(std::string_view gres);

/// The sbatch options of an instance named after a feature.
struct Offer {
    std::string feature;
    std::string partition; ///< the default one if it has such nodes, else the first that has
    bool gpu = false;      ///< all of its nodes have GPUs, and others have none
    std::string gres;      ///< with a GPU, of some of its nodes; "" if none has one
};

/// One for each feature, in the order of `all`.
std::vector<Offer> offers(const std::vector<Nodes>& all);

} // namespace rdvc::slurm
