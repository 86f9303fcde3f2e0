#include "state/avail.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/core.h>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "slurm/units.hpp"

namespace rdvc::state {

namespace {

using slurm::Limits;
using slurm::Partition;
using Row = std::vector<std::string>;

// What the nodes of one partition have together.
struct Sum {
    std::uint64_t idle = 0;
    std::uint64_t mixed = 0;
    std::uint64_t out = 0;
    std::uint64_t nodes = 0;
    std::uint64_t free_cpus = 0;
    std::uint64_t cpus = 0;
    std::set<std::uint64_t> memory = {};
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> gpus = {}; ///< free, all
    std::vector<std::string> features = {};
};

Sum sum_of(const Partition& partition) {
    Sum sum;
    for (const auto& nodes : partition.nodes) {
        sum.nodes += nodes.count;
        sum.idle += nodes.is_idle() ? nodes.count : 0;
        sum.mixed += nodes.is_mixed() ? nodes.count : 0;
        sum.out += nodes.is_out() ? nodes.count : 0;
        sum.free_cpus += nodes.is_out() ? 0 : nodes.free_cpus;
        sum.cpus += nodes.all_cpus;
        if (nodes.memory)
            sum.memory.insert(*nodes.memory);
        const auto used = slurm::gpus_in(nodes.used_gres);
        for (const auto& [type, all] : slurm::gpus_in(nodes.gres)) {
            const auto taken = used.find(type) == used.end() ? 0 : used.at(type);
            auto& [free, total] = sum.gpus[type];
            free += nodes.is_out() ? 0 : (all - std::min(all, taken)) * nodes.count;
            total += all * nodes.count;
        }
        for (const auto& feature : nodes.features)
            if (std::find(sum.features.begin(), sum.features.end(), feature) == sum.features.end())
                sum.features.push_back(feature);
    }
    return sum;
}

std::string memory_text(const Sum& sum) {
    if (sum.memory.empty())
        return "";
    const auto least = slurm::size_text(*sum.memory.begin());
    const auto most = slurm::size_text(*sum.memory.rbegin());
    return least == most ? most : fmt::format("{}-{}", least, most);
}

std::string gpus_text(const Sum& sum) {
    std::vector<std::string> parts;
    for (const auto& [type, counts] : sum.gpus)
        parts.push_back(fmt::format("{}{}{} of {}", type, type.empty() ? "" : " ", counts.first,
                                    counts.second));
    return base::join(parts, ", ");
}

std::string users_text(const Partition& partition) {
    std::vector<std::string> parts;
    for (const auto& [kind, names] : partition.only_for)
        parts.push_back(kind + " " + names);
    return parts.empty() ? (partition.state.empty() ? "" : "all") : base::join(parts, "; ");
}

std::string time_limit(const Partition& partition) {
    return partition.max_time        ? slurm::time_text(*partition.max_time)
           : partition.state.empty() ? ""
                                     : "none";
}

std::vector<Row> partition_rows(const Limits& limits) {
    std::vector<Row> rows = {{"PARTITION", "STATE", "IDLE", "MIXED", "OUT", "NODES", "FREE CPUS",
                              "MEMORY", "FREE GPUS", "TIME LIMIT", "FOR", "FEATURES"}};
    for (const auto& partition : limits.partitions) {
        const auto sum = sum_of(partition);
        const auto number = [](std::uint64_t n) { return fmt::format("{}", n); };
        rows.push_back(
            {partition.name + (partition.is_default ? "*" : ""), base::lower(partition.state),
             number(sum.idle), number(sum.mixed), number(sum.out), number(sum.nodes),
             fmt::format("{} of {}", sum.free_cpus, sum.cpus), memory_text(sum), gpus_text(sum),
             time_limit(partition), users_text(partition), base::join(sum.features, ",")});
    }
    return rows;
}

// Each row after the first as lines `what  value`.
std::string as_blocks(const std::vector<Row>& rows) {
    std::string text;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        std::vector<Row> lines;
        for (std::size_t cell = 1; cell < rows[i].size(); ++cell)
            if (!rows[i][cell].empty())
                lines.push_back({"  " + base::lower(rows[0][cell]), rows[i][cell]});
        text +=
            (text.empty() ? "" : "\n") + base::printable(rows[i][0]) + "\n" + base::columns(lines);
    }
    return text;
}

bool fits(const std::string& text, std::size_t width) {
    const auto lines = base::lines(text);
    return std::all_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.size() <= width; });
}

// `at most 100 jobs (20 running), 2-00:00:00 each`; "" without limits.
template <class Owner>
std::string bounds(const Owner& owner) {
    std::vector<std::string> parts;
    if (owner.max_submit)
        parts.push_back(fmt::format("{} that wait or run", base::count(*owner.max_submit, "job")));
    if (owner.max_jobs)
        parts.push_back(fmt::format("{} running", base::count(*owner.max_jobs, "job")));
    if (owner.group_submit)
        parts.push_back(
            fmt::format("{} of all its users", base::count(*owner.group_submit, "job")));
    if (owner.max_time)
        parts.push_back(fmt::format("{} a job", slurm::time_text(*owner.max_time)));
    return base::join(parts, ", ");
}

std::string account_text(const Limits& limits, const slurm::Association& association) {
    std::vector<std::string> parts;
    if (!association.partition.empty())
        parts.push_back("in " + association.partition);
    if (association.account == limits.default_account)
        parts.emplace_back("default");
    if (!association.qos.empty())
        parts.push_back("qos " + base::join(association.qos, ","));
    if (const auto most = bounds(association); !most.empty())
        parts.push_back("at most " + most);
    return base::join(parts, "; ");
}

// Those that the user may use, as far as accounting says.
bool is_theirs(const Limits& limits, const slurm::Qos& qos) {
    const auto has = [&](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), qos.name) != names.end();
    };
    return std::any_of(limits.associations.begin(), limits.associations.end(),
                       [&](const auto& one) { return has(one.qos); }) ||
           std::any_of(limits.partitions.begin(), limits.partitions.end(),
                       [&](const auto& one) { return one.qos == qos.name; });
}

std::string jobs_text(const Limits& limits) {
    std::vector<std::string> parts;
    for (const auto& [state, number] : limits.jobs)
        parts.push_back(fmt::format("{} {}", number, base::lower(state)));
    return parts.empty() ? "none" : base::join(parts, ", ");
}

constexpr auto programs =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"association", "sacctmgr"},
                                                                  {"jobs", "squeue"},
                                                                  {"nodes", "sinfo"},
                                                                  {"partition", "scontrol"},
                                                                  {"qos", "sacctmgr"},
                                                                  {"setting", "scontrol"}});

std::string_view program_of(const std::string& what) {
    const auto* row = std::find_if(programs.begin(), programs.end(),
                                   [&](const auto& one) { return one.first == what; });
    return row == programs.end() ? "a program" : row->second;
}

} // namespace

std::string describe_partitions(const Limits& limits, std::optional<std::size_t> width) {
    const auto rows = partition_rows(limits);
    auto text = base::columns(rows);
    return width && !fits(text, *width) ? as_blocks(rows) : text;
}

std::string describe_allowance(const Limits& limits) {
    std::vector<Row> rows;
    if (!limits.silent.contains("jobs"))
        rows.push_back({"your jobs", jobs_text(limits)});
    for (const auto& association : limits.associations)
        rows.push_back({"account " + association.account, account_text(limits, association)});
    for (const auto& qos : limits.qos) {
        auto most = bounds(qos);
        if (!qos.max_tres.empty())
            most += (most.empty() ? "" : ", ") + qos.max_tres;
        if (is_theirs(limits, qos) || !most.empty())
            rows.push_back({"qos " + qos.name, most.empty() ? "no limits" : "at most " + most});
    }
    const bool has_bounds = !limits.associations.empty() || !limits.qos.empty();
    if (has_bounds && !limits.setting("AccountingStorageEnforce").empty() &&
        !limits.enforces("limits"))
        rows.push_back({"accounting", "its limits are not enforced on this cluster"});
    if (const auto size = base::parse_number(limits.setting("MaxArraySize")); size && *size > 1)
        rows.push_back({"arrays", fmt::format("of up to {} jobs each; `rdvc run` divides a larger "
                                              "sweep",
                                              *size - 1)});
    for (const auto& [name, value] : limits.presets)
        rows.push_back({"login sets", fmt::format("SBATCH_{}={}", name, value)});
    std::set<std::pair<std::string, std::string>> silent; // once for each program
    for (const auto& [what, words] : limits.silent)
        silent.insert({std::string(program_of(what)), words});
    for (const auto& [program, words] : silent)
        rows.push_back({"unknown", fmt::format("{} does not answer{}{}", program,
                                               words.empty() ? "" : ": ", words)});
    return base::columns(rows);
}

Estimate parse_estimate(std::string_view line) {
    const auto [status, after_status] = base::key_and_value(line);
    const auto [now, after_now] = base::key_and_value(after_status);
    const auto [partition, words] = base::key_and_value(after_now);
    Estimate estimate{partition == "-" ? "" : partition, std::nullopt, words};
    constexpr std::string_view mark = " to start at ";
    const auto at = words.find(mark);
    if (status != "0" || at == std::string::npos)
        return estimate;
    const auto start = base::key_and_value(words.substr(at + mark.size())).first;
    const auto is_time = [](const std::string& text) { // not a date
        constexpr std::size_t most_digits = 12;
        return !text.empty() && text.size() <= most_digits &&
               text.find_first_not_of("0123456789") == std::string::npos;
    };
    if (is_time(now) && is_time(start))
        estimate.in = std::max<std::int64_t>(std::stoll(start) - std::stoll(now), 0);
    return estimate;
}

std::string describe_estimates(const std::vector<Estimate>& estimates) {
    constexpr std::int64_t soon = 60; // seconds
    constexpr std::int64_t year = 365 * std::int64_t{86'400};
    std::vector<Row> rows;
    for (const auto& [partition, in, words] : estimates)
        rows.push_back({partition.empty() ? "with these options" : "partition " + partition,
                        !in          ? base::trim(words)
                        : *in < soon ? "at once"
                        : *in > year ? "in more than a year: other jobs have no time limit"
                                     : "in " + base::age(*in)});
    return base::columns(rows);
}

} // namespace rdvc::state
