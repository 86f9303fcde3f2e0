#include "submission/preflight_nodes.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/text.hpp"
#include "slurm/units.hpp"
#include "submission/needs.hpp"

namespace rdvc::submission {

namespace {

using slurm::Limits;
using slurm::Partition;

std::string names_of(const Partitions& partitions) {
    std::vector<std::string> names;
    for (const auto* partition : partitions)
        names.push_back(fmt::format("`{}`", partition->name));
    return (names.size() == 1 ? "the partition " : "the partitions ") + base::join(names, ", ");
}

std::string_view have(const Partitions& partitions) {
    return partitions.size() == 1 ? "has" : "have";
}

class NodesPreflight {
  public:
    NodesPreflight(const Request& request, const Limits& limits, const Partitions& candidates)
        : request_(request), limits_(limits), candidates_(candidates) {}

    std::vector<Refusal> take() {
        refuse_features();
        refuse_gpus();
        refuse_cpus();
        refuse_memory();
        return std::move(found_);
    }

  private:
    // True if sinfo has told of nodes in each of them.
    [[nodiscard]] bool are_nodes_known() const {
        return !candidates_.empty() &&
               std::none_of(candidates_.begin(), candidates_.end(),
                            [](const Partition* one) { return one->nodes.empty(); });
    }

    void refuse_features() {
        const auto constraint = value_of(request_.sbatch, "constraint");
        const auto all_nodes = limits_.nodes();
        const auto all = features_of(all_nodes);
        if (all_nodes.empty() || limits_.silent.contains("nodes"))
            return;
        std::set<std::string> here;
        for (const auto* partition : candidates_)
            here.merge(features_of(partition->nodes));
        const bool needs_each = constraint.find_first_of("|[({") == std::string::npos;
        for (const auto& name : feature_names(constraint)) {
            const std::vector<std::string> list(all.begin(), all.end());
            if (!all.contains(name))
                found_.push_back({fmt::format("no node has the feature `{}`{}", name,
                                              base::suggestion(name, list)),
                                  list.empty() ? "" : "there are " + base::join(list, ", ")});
            else if (needs_each && are_nodes_known() && !here.contains(name))
                found_.push_back(
                    {fmt::format("no node of {} has the feature `{}`", names_of(candidates_), name),
                     "nodes with it are in " + partitions_with([&](const auto& nodes) {
                         return features_of({nodes}).contains(name);
                     })});
        }
    }

    template <class Has>
    [[nodiscard]] std::string partitions_with(Has has) const {
        std::vector<std::string> names;
        for (const auto& partition : limits_.partitions)
            if (std::any_of(partition.nodes.begin(), partition.nodes.end(), has))
                names.push_back(partition.name);
        return base::join(names, ", ");
    }

    // The most that a node of the candidates has.
    template <class Of>
    [[nodiscard]] std::uint64_t most_of_a_node(Of of) const {
        std::uint64_t most = 0;
        for (const auto* partition : candidates_)
            for (const auto& nodes : partition->nodes)
                most = std::max<std::uint64_t>(most, of(*partition, nodes));
        return most;
    }

    // The most that one of the candidates has.
    template <class Of>
    [[nodiscard]] std::uint64_t most_of_a_partition(Of of) const {
        std::uint64_t most = 0;
        for (const auto* partition : candidates_) {
            std::uint64_t sum = 0;
            for (const auto& nodes : partition->nodes)
                sum += nodes.count * of(*partition, nodes);
            most = std::max(most, sum);
        }
        return most;
    }

    void refuse_gpus() {
        if (!are_nodes_known())
            return;
        for (const auto& need : gpu_needs(request_.sbatch)) {
            const auto of = [&](const Partition&, const slurm::Nodes& nodes) {
                return gpus_of_type(nodes, need.type);
            };
            const auto most = most_of_a_node(of);
            const auto kind = need.type.empty() ? "GPU" : fmt::format("GPU `{}`", need.type);
            const bool is_total = need.is_total;
            const auto available = is_total ? most_of_a_partition(of) : most;
            if (need.count <= available)
                continue;
            const auto others = partitions_with([&](const slurm::Nodes& nodes) {
                return gpus_of_type(nodes, need.type) >= (is_total ? 1 : need.count);
            });
            const std::string scope = !is_total                ? "any node of "
                                      : candidates_.size() > 1 ? "any of "
                                                               : "";
            if (most == 0)
                refuse_missing_gpu(need, kind, others);
            else
                found_.push_back(
                    {fmt::format("`--{}={}` is more than {}{} {}: {}", need.option, need.value,
                                 scope, names_of(candidates_), have(candidates_),
                                 base::count(available, "GPU")),
                     is_total || others.empty() ? "" : "nodes with that many are in " + others});
        }
    }

    void refuse_missing_gpu(const GpuNeed& need, const std::string& kind,
                            const std::string& others) {
        std::set<std::string> types;
        for (const auto& nodes : limits_.nodes())
            for (const auto& [type, count] : slurm::gpus_in(nodes.gres))
                if (!type.empty())
                    types.insert(type);
        const std::vector<std::string> list(types.begin(), types.end());
        if (!others.empty())
            found_.push_back({fmt::format("no node of {} has a {}", names_of(candidates_), kind),
                              "nodes with it are in " + others});
        else
            found_.push_back(
                {fmt::format("no node has a {}{}", kind,
                             need.type.empty() ? "" : base::suggestion(need.type, list)),
                 list.empty() ? "" : "there are " + base::join(list, ", ")});
    }

    void refuse_cpus() {
        const auto need = cpus_of_a_node(request_.sbatch);
        if (!need || !are_nodes_known())
            return;
        bool is_known = true;
        const auto most = most_of_a_node([&](const Partition& partition, const auto& nodes) {
            is_known = is_known && nodes.cpus.has_value();
            return std::min(nodes.cpus.value_or(0), partition.max_cpus.value_or(UINT64_MAX));
        });
        if (!is_known || need->count <= most)
            return;
        const auto others = partitions_with(
            [&](const slurm::Nodes& nodes) { return nodes.cpus.value_or(0) >= need->count; });
        found_.push_back(
            {fmt::format("{} on a node: {} {} {} at most", base::count(need->count, "CPU"),
                         names_of(candidates_), have(candidates_), most) +
                 fmt::format(" ({})", need->words),
             others.empty() ? "" : "nodes with that many are in " + others});
    }

    void refuse_memory() {
        const auto need = memory_of_a_node(request_.sbatch);
        if (!need || !are_nodes_known())
            return;
        bool is_known = true;
        const auto most = most_of_a_node([&](const Partition& partition, const auto& nodes) {
            is_known = is_known && nodes.memory.has_value();
            return std::min(nodes.memory.value_or(0), partition.max_memory.value_or(UINT64_MAX));
        });
        if (!is_known || need->count <= most)
            return;
        const auto others = partitions_with(
            [&](const slurm::Nodes& nodes) { return nodes.memory.value_or(0) >= need->count; });
        // Rounded, both may look the same.
        const bool looks_same = slurm::size_text(need->count) == slurm::size_text(most);
        const auto size = [&](auto mib) {
            return looks_same ? fmt::format("{}M", mib) : slurm::size_text(mib);
        };
        found_.push_back({fmt::format("{} of memory on a node: {} {} {} at most", size(need->count),
                                      names_of(candidates_), have(candidates_), size(most)) +
                              fmt::format(" ({})", need->words),
                          others.empty() ? fmt::format("--mem={} would do", size(most))
                                         : "nodes with that much are in " + others});
    }

    const Request& request_;
    const Limits& limits_;
    const Partitions& candidates_;
    std::vector<Refusal> found_;
};

} // namespace

std::vector<Refusal> refusals_by_nodes(const Request& request, const slurm::Limits& limits,
                                       const Partitions& candidates) {
    return NodesPreflight(request, limits, candidates).take();
}

} // namespace rdvc::submission
