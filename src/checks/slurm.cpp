// What `rdvc doctor` says of the cluster's partitions, arrays and accounting.

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/text.hpp"
#include "checks/checks.hpp"

namespace rdvc::checks {

namespace {

bool has_gpus(const slurm::Partition& partition) {
    return std::any_of(partition.nodes.begin(), partition.nodes.end(),
                       [](const slurm::Nodes& nodes) { return nodes.has_gpu(); });
}

Check check_partitions(const slurm::Limits& limits) {
    if (limits.partitions.empty())
        return {Level::warning, "partitions", "the cluster tells of none",
                "is your account allowed to use it? `sinfo` there should list some"};
    std::vector<std::string> words;
    bool any_is_up = false;
    for (const auto& partition : limits.partitions) {
        const bool is_up = partition.state.empty() || partition.state == "UP";
        any_is_up = any_is_up || is_up;
        std::vector<std::string> more;
        if (partition.is_default)
            more.emplace_back("default");
        if (has_gpus(partition))
            more.emplace_back("GPUs");
        if (!is_up)
            more.push_back(base::lower(partition.state));
        words.push_back(partition.name +
                        (more.empty() ? "" : fmt::format(" ({})", base::join(more, ", "))));
    }
    if (!any_is_up)
        return {Level::warning, "partitions", base::join(words, ", "), "no job can start now",
                true};
    return {Level::ok, "partitions", base::join(words, ", "), "", true};
}

Check check_arrays(const std::string& size) {
    const auto most = base::parse_number(size).value_or(0);
    if (most <= 1) // the limit is above the largest index
        return {Level::warning, "arrays",
                "the cluster takes no job arrays (MaxArraySize " + size + ")",
                "a sweep cannot be submitted there; `rdvc run` of one experiment works"};
    return {Level::ok, "arrays", fmt::format("at most {} jobs in one (MaxArraySize)", most - 1)};
}

Check check_accounting(const slurm::Limits& limits) {
    const auto enforced = limits.setting("AccountingStorageEnforce");
    std::set<std::string> accounts;
    for (const auto& association : limits.associations)
        accounts.insert(association.account);
    const auto yours = accounts.empty() ? ""
                                        : "; your accounts: " +
                                              base::join({accounts.begin(), accounts.end()}, ", ");
    if (enforced.empty() || enforced == "none")
        return {Level::ok, "accounting", "enforces no limits" + yours, "", !yours.empty()};
    return {Level::ok, "accounting", fmt::format("enforces {}{}", enforced, yours), "",
            !yours.empty()};
}

} // namespace

Checks check_limits(const slurm::Limits& limits) {
    Checks checks = {check_partitions(limits)};
    if (const auto size = limits.setting("MaxArraySize"); !size.empty())
        checks.push_back(check_arrays(size));
    if (!limits.settings.empty())
        checks.push_back(check_accounting(limits));
    return checks;
}

} // namespace rdvc::checks
