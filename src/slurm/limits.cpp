#include "slurm/limits.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"
#include "slurm/units.hpp"

namespace rdvc::slurm {

namespace {

using Number = std::optional<std::uint64_t>;

// 0 is what accounting has where nothing was ever set.
Number number_of(const std::string& text) {
    const auto number = base::parse_number(text);
    return number && *number > 0 ? Number(*number) : std::nullopt;
}

std::vector<std::string> list_of(const std::string& text) {
    std::vector<std::string> names;
    for (const auto& name : base::split(text, ','))
        if (!name.empty())
            names.push_back(name);
    return names;
}

template <class All>
auto* find(All& all, std::string_view name) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    return found == all.end() ? nullptr : &*found;
}

Partition& partition_of(Limits& limits, const std::string& name) {
    if (auto* known = find(limits.partitions, name))
        return *known;
    limits.partitions.push_back({.name = name});
    return limits.partitions.back();
}

// `Name=VALUE Name=VALUE`; a value may have blanks.
std::map<std::string, std::string> read_values(const std::string& line) {
    std::map<std::string, std::string> values;
    std::string key;
    for (const auto& word : base::words(line)) {
        const auto equals = word.find('=');
        const bool begins =
            equals != std::string::npos && equals > 0 &&
            std::isupper(static_cast<unsigned char>(word.front())) != 0 &&
            std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                        [](unsigned char c) { return std::isalnum(c) != 0; });
        if (begins) {
            key = word.substr(0, equals);
            values[key] = word.substr(equals + 1);
        } else if (!key.empty()) {
            values[key] += " " + word;
        }
    }
    return values;
}

void read_partition(Limits& limits, const std::string& line) {
    auto values = read_values(line);
    if (values["PartitionName"].empty())
        return;
    auto& partition = partition_of(limits, values["PartitionName"]);
    partition.is_default = partition.is_default || values["Default"] == "YES";
    partition.state = values["State"];
    partition.max_time = seconds_of(values["MaxTime"]);
    partition.max_cpus = number_of(values["MaxCPUsPerNode"]);
    partition.max_memory = mebibytes_of(values["MaxMemPerNode"]);
    partition.qos = values["QoS"] == "N/A" ? "" : values["QoS"];
    constexpr std::array<std::array<std::string_view, 3>, 3> who = {
        {{"accounts", "AllowAccounts", "DenyAccounts"},
         {"groups", "AllowGroups", "DenyGroups"},
         {"qos", "AllowQos", "DenyQos"}}};
    for (const auto& [kind, allow, deny] : who) {
        std::vector<std::string> names;
        if (const auto& allowed = values[std::string(allow)]; base::lower(allowed) != "all")
            names = list_of(allowed);
        for (const auto& name : list_of(values[std::string(deny)]))
            names.push_back("-" + name);
        if (!names.empty())
            partition.only_for[std::string(kind)] = base::join(names, ",");
    }
}

void read_nodes(Limits& limits, const std::string& line) {
    const auto nodes = parse_sinfo_line(line);
    if (!nodes)
        return;
    auto& partition = partition_of(limits, nodes->partition);
    partition.is_default = partition.is_default || nodes->is_default;
    partition.nodes.push_back(*nodes);
}

// CLUSTER|DEFAULT ACCOUNT|ACCOUNT|PARTITION|QOS|DEFAULT QOS|MAX SUBMIT|MAX JOBS|GROUP SUBMIT|TIME
void read_association(Limits& limits, const std::string& line, const std::string& cluster) {
    enum {
        their_cluster,
        standard,
        account,
        partition,
        qos,
        default_qos,
        submit,
        jobs,
        group,
        time,
        all
    };
    const auto fields = base::split(line, '|');
    if (fields.size() < all || fields[account].empty() ||
        (!cluster.empty() && fields[their_cluster] != cluster))
        return;
    if (!fields[standard].empty())
        limits.default_account = fields[standard];
    limits.associations.push_back({.account = fields[account],
                                   .partition = fields[partition],
                                   .qos = list_of(fields[qos]),
                                   .default_qos = fields[default_qos],
                                   .max_submit = number_of(fields[submit]),
                                   .max_jobs = number_of(fields[jobs]),
                                   .group_submit = number_of(fields[group]),
                                   .max_time = seconds_of(fields[time])});
}

// NAME|FLAGS|MAX SUBMIT|MAX JOBS|GROUP SUBMIT|TIME|TRES
void read_qos(Limits& limits, const std::string& line) {
    enum { name, flags, submit, jobs, group, time, tres, all };
    const auto fields = base::split(line, '|');
    if (fields.size() < all || fields[name].empty())
        return;
    limits.qos.push_back({.name = fields[name],
                          .flags = list_of(fields[flags]),
                          .max_submit = number_of(fields[submit]),
                          .max_jobs = number_of(fields[jobs]),
                          .group_submit = number_of(fields[group]),
                          .max_time = seconds_of(fields[time]),
                          .max_tres = fields[tres]});
}

} // namespace

bool Qos::has_flag(std::string_view flag) const {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

const Partition* Limits::find_partition(std::string_view name) const {
    return find(partitions, name);
}

const Qos* Limits::find_qos(std::string_view name) const {
    return find(qos, name);
}

std::vector<std::string> Limits::partition_names() const {
    std::vector<std::string> names;
    for (const auto& partition : partitions)
        names.push_back(partition.name);
    return names;
}

bool Limits::enforces(std::string_view kind) const {
    const auto kinds = list_of(base::lower(setting("AccountingStorageEnforce")));
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::string Limits::setting(const std::string& name) const {
    const auto found = settings.find(name);
    return found == settings.end() ? "" : found->second;
}

std::vector<Nodes> Limits::nodes() const {
    std::vector<Nodes> all;
    for (const auto& partition : partitions)
        all.insert(all.end(), partition.nodes.begin(), partition.nodes.end());
    return all;
}

Limits parse_limits(std::string_view text) {
    Limits limits;
    for (const auto& line : base::lines(text)) {
        const auto [kind, words] = base::key_and_value(line);
        const auto [name, value] = base::key_and_value(base::trim(words));
        if (kind == "nodes")
            read_nodes(limits, words);
        else if (kind == "partition")
            read_partition(limits, words);
        else if (kind == "setting" && !name.empty())
            limits.settings[name] = base::trim(value);
        else if (kind == "association")
            read_association(limits, words, limits.setting("ClusterName"));
        else if (kind == "qos")
            read_qos(limits, words);
        else if (kind == "jobs" && number_of(name) && !value.empty())
            limits.jobs[value] = *number_of(name);
        else if (kind == "preset" && !value.empty())
            limits.presets[name] = value;
        else if (kind == "silent" && !name.empty())
            limits.silent[name] = value;
    }
    return limits;
}

} // namespace rdvc::slurm
