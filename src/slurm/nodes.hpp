// What sinfo shows of nodes, and the instances that can be offered: one for each feature of some
// nodes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::slurm {

/// Nodes of one partition that have the same features and generic resources.
struct Nodes {
    std::string partition;
    bool is_default = false; ///< of the cluster's partitions
    std::vector<std::string> features;
    std::string gres; ///< as SLURM writes it: `gpu:a10g:1(S:0)`; "" if there is none

    [[nodiscard]] bool has_gpu() const;
};

/// One line of `sinfo --noheader -o '%P|%f|%G|%l'` (partition with `*` if it is the default,
/// features, GRES, time limit), or nothing if the line has another form.
std::optional<Nodes> parse_sinfo_line(std::string_view line);

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
