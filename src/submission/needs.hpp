// What a job needs of one node, or has to find at all, by sbatch's options.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "slurm/nodes.hpp"
#include "submission/arguments.hpp"

namespace rdvc::submission {

/// The value of an option; "" if it is not there or has none.
std::string value_of(const std::vector<SbatchOption>& sbatch, std::string_view name);

/// GPUs that one option asks for.
struct GpuNeed {
    std::string type; ///< "" for any
    std::uint64_t count = 0;
    bool is_total = false; ///< of all nodes together, not of each
    std::string option;    ///< `gpus-per-node`
    std::string value;
};

/// What `--gpus`, `--gpus-per-node`, `--gpus-per-task` and `--gres` ask for; leaves out what it
/// does not understand.
std::vector<GpuNeed> gpu_needs(const std::vector<SbatchOption>& sbatch);

/// GPUs of this type ("": any) that each of these nodes has.
std::uint64_t gpus_of_type(const slurm::Nodes& nodes, const std::string& type);

/// So much that one node must have, and the options that say so.
struct NodeNeed {
    std::uint64_t count = 0;
    std::string words;
};

/// CPUs that one node must have at least; nothing if the options do not say.
std::optional<NodeNeed> cpus_of_a_node(const std::vector<SbatchOption>& sbatch);

/// MiB of memory that one node must have at least; nothing if the options do not say.
std::optional<NodeNeed> memory_of_a_node(const std::vector<SbatchOption>& sbatch);

/// The names in a `--constraint`: `a&b`, `[a*2|b]`.
std::vector<std::string> feature_names(std::string_view constraint);

/// The features of these nodes.
std::set<std::string> features_of(const std::vector<slurm::Nodes>& all);

/// True if a time limit is longer than another: SLURM counts minutes that have begun.
bool is_longer(long seconds, long limit);

} // namespace rdvc::submission
