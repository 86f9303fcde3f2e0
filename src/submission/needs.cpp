#include "submission/needs.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.hpp"
#include "slurm/units.hpp"

namespace rdvc::submission {

namespace {

using Options = std::vector<SbatchOption>;

// The number that an option is; `otherwise` without it, nothing if it is something else.
std::optional<std::uint64_t> number_of(const Options& sbatch, std::string_view name,
                                       std::uint64_t otherwise) {
    const auto value = value_of(sbatch, name);
    if (value.empty())
        return otherwise;
    const auto number = base::parse_number(value);
    return number ? std::optional<std::uint64_t>(*number) : std::nullopt;
}

bool has(const Options& sbatch, std::string_view name) {
    return std::any_of(sbatch.begin(), sbatch.end(),
                       [&](const SbatchOption& option) { return option.first == name; });
}

std::string words_of(const Options& sbatch, const std::vector<std::string_view>& names) {
    std::vector<std::string> words;
    for (const auto name : names)
        if (const auto value = value_of(sbatch, name); !value.empty())
            words.push_back(fmt::format("--{}={}", name, value));
    return base::join(words, " ");
}

// `4`, `a100:4`, `a100`.
std::optional<GpuNeed> parse_gpus(const std::string& text) {
    const auto parts = base::split(text, ':');
    if (parts.size() > 2)
        return std::nullopt;
    const auto number = base::parse_number(parts.back());
    GpuNeed need;
    if (parts.size() == 2 || !number)
        need.type = parts.front();
    if (parts.size() == 2 && !number)
        return std::nullopt;
    need.count = number.value_or(1);
    return need;
}

} // namespace

std::string value_of(const Options& sbatch, std::string_view name) {
    for (const auto& [option, value] : sbatch)
        if (option == name)
            return value.value_or("");
    return "";
}

std::vector<GpuNeed> gpu_needs(const Options& sbatch) {
    std::vector<GpuNeed> needs;
    for (const std::string option : {"gpus", "gpus-per-node", "gpus-per-task", "gres"}) {
        const auto value = value_of(sbatch, option);
        for (auto part : base::split(value, ',')) {
            if (option == "gres") {
                part = part.starts_with("gres:") ? part.substr(5) : part;
                if (part != "gpu" && !part.starts_with("gpu:"))
                    continue;
                part = part == "gpu" ? "1" : part.substr(4);
            }
            auto need = part.empty() ? std::nullopt : parse_gpus(part);
            if (!need)
                continue;
            need->is_total = option == "gpus";
            need->option = option;
            need->value = value;
            needs.push_back(*need);
        }
    }
    return needs;
}

std::uint64_t gpus_of_type(const slurm::Nodes& nodes, const std::string& type) {
    std::uint64_t sum = 0;
    for (const auto& [own, count] : slurm::gpus_in(nodes.gres))
        if (type.empty() || base::lower(own) == base::lower(type))
            sum += count;
    return sum;
}

std::optional<NodeNeed> cpus_of_a_node(const Options& sbatch) {
    const auto each = number_of(sbatch, "cpus-per-task", 1);
    const auto tasks = number_of(sbatch, "ntasks", 1);
    const auto tasks_of_a_node = number_of(sbatch, "ntasks-per-node", 1);
    const auto least = number_of(sbatch, "mincpus", 0);
    if (!each || !tasks || !tasks_of_a_node || !least || has(sbatch, "overcommit"))
        return std::nullopt;
    // With --ntasks, --ntasks-per-node is only a maximum.
    const bool is_one_node = value_of(sbatch, "nodes") == "1";
    const auto here = !has(sbatch, "ntasks") ? *tasks_of_a_node : is_one_node ? *tasks : 1;
    const auto count = std::max(*least, *each * here);
    return NodeNeed{count, words_of(sbatch, {"cpus-per-task", "ntasks", "ntasks-per-node", "nodes",
                                             "mincpus"})};
}

std::optional<NodeNeed> memory_of_a_node(const Options& sbatch) {
    if (const auto all = slurm::mebibytes_of(value_of(sbatch, "mem")))
        return NodeNeed{*all, words_of(sbatch, {"mem"})};
    const auto each = slurm::mebibytes_of(value_of(sbatch, "mem-per-cpu"));
    const auto cpus = cpus_of_a_node(sbatch);
    if (!each || !cpus)
        return std::nullopt;
    return NodeNeed{*each * cpus->count, words_of(sbatch, {"mem-per-cpu", "cpus-per-task", "ntasks",
                                                           "ntasks-per-node", "nodes"})};
}

std::vector<std::string> feature_names(std::string_view constraint) {
    std::vector<std::string> names;
    std::string name;
    bool is_count = false; // `*2` after a name
    for (const char c : std::string(constraint) + "&") {
        if (std::string_view("&|,()[]{}*! \t").find(c) == std::string_view::npos) {
            if (!is_count)
                name += c;
            continue;
        }
        if (!name.empty())
            names.push_back(name);
        name.clear();
        is_count = c == '*';
    }
    return names;
}

std::set<std::string> features_of(const std::vector<slurm::Nodes>& all) {
    std::set<std::string> names;
    for (const auto& nodes : all)
        names.insert(nodes.features.begin(), nodes.features.end());
    return names;
}

bool is_longer(long seconds, long limit) {
    constexpr long minute = 60;
    return (seconds + minute - 1) / minute > (limit + minute - 1) / minute;
}

} // namespace rdvc::submission
