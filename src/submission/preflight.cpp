#include "submission/preflight.hpp"

#include <algorithm>
#include <set>
#include <type_traits>

#include <fmt/core.h>

#include "base/text.hpp"
#include "slurm/units.hpp"
#include "submission/needs.hpp"
#include "submission/preflight_nodes.hpp"

namespace rdvc::submission {

namespace {

using slurm::Limits;
using slurm::Partition;

// A limit, and whose it is.
template <class Value>
struct Bound {
    Value value;
    std::string owner;
};

class Preflight {
  public:
    Preflight(const Request& request, const Limits& limits)
        : request_(request), limits_(limits), candidates_(find_candidates()) {}

    std::vector<Refusal> take() {
        refuse_unknown_partitions();
        refuse_unknown_account();
        refuse_unknown_qos();
        refuse_time();
        const auto by_nodes = refusals_by_nodes(request_, limits_, candidates_);
        found_.insert(found_.end(), by_nodes.begin(), by_nodes.end());
        refuse_jobs();
        return std::move(found_);
    }

  private:
    [[nodiscard]] std::string value(std::string_view name) const {
        return value_of(request_.sbatch, name);
    }

    // As given, or as the login sets it.
    [[nodiscard]] std::string value_or_preset(const std::string& name) const {
        auto given = value(name);
        if (!request_.is_whole)
            return given;
        const auto preset = limits_.presets.find(base::upper(name));
        return !given.empty() || preset == limits_.presets.end() ? given : preset->second;
    }

    // True if SLURM's defaults are known to count for what is not given: a site's plugin may choose
    // others.
    [[nodiscard]] bool has_defaults() const {
        const auto filter = limits_.setting("CliFilterPlugins");
        return request_.is_whole && value_or_preset("reservation").empty() && // which has its own
               limits_.setting("JobSubmitPlugins") == "(null)" &&
               (filter.empty() || filter == "(null)");
    }

    // Where the job may run.
    [[nodiscard]] Partitions find_candidates() const {
        const auto given = value_or_preset("partition");
        Partitions candidates;
        for (const auto& partition : limits_.partitions) {
            const auto names = base::split(given, ',');
            const bool is_named =
                std::find(names.begin(), names.end(), partition.name) != names.end();
            if (given.empty() ? !has_defaults() || partition.is_default : is_named)
                candidates.push_back(&partition);
        }
        return candidates;
    }

    void refuse_unknown_partitions() {
        if (limits_.silent.contains("partition") || limits_.partitions.empty())
            return;
        const auto names = limits_.partition_names();
        for (const auto& word : base::split(value("partition"), ','))
            if (const auto name = base::trim(word);
                !name.empty() && limits_.find_partition(name) == nullptr)
                found_.push_back({fmt::format("the cluster has no partition `{}`{}", name,
                                              base::suggestion(name, names)),
                                  "it has " + base::join(names, ", ")});
    }

    void refuse_unknown_account() {
        const auto given = value("account");
        if (given.empty() || limits_.associations.empty() || !limits_.enforces("associations"))
            return;
        std::set<std::string> names;
        for (const auto& association : limits_.associations)
            names.insert(association.account);
        const std::vector<std::string> list(names.begin(), names.end());
        if (!names.contains(base::lower(given)) && !names.contains(given))
            found_.push_back({fmt::format("`--account={}` is not one of your accounts{}", given,
                                          base::suggestion(given, list)),
                              "they are " + base::join(list, ", ")});
    }

    void refuse_unknown_qos() {
        const auto given = value("qos");
        if (given.empty() || !limits_.enforces("qos"))
            return;
        std::set<std::string> names; // SLURM compares them without their case
        for (const auto* association : associations())
            for (const auto& name : association->qos)
                names.insert(base::lower(name));
        const std::vector<std::string> list(names.begin(), names.end());
        const auto words = base::split(base::lower(given), ','); // newer versions take several
        if (!names.empty() && std::none_of(words.begin(), words.end(), [&](const auto& word) {
                return names.contains(base::trim(word));
            }))
            found_.push_back({fmt::format("your account may not use `--qos={}`{}", given,
                                          base::suggestion(given, list)),
                              "it may use " + base::join(list, ", ")});
    }

    // Those of the job's account.
    [[nodiscard]] std::vector<const slurm::Association*> associations() const {
        auto account = value_or_preset("account");
        if (account.empty() && has_defaults())
            account = limits_.default_account;
        std::vector<const slurm::Association*> found;
        for (const auto& one : limits_.associations)
            if (one.account == account)
                found.push_back(&one);
        return found;
    }

    // The association that counts in this partition, or null.
    [[nodiscard]] const slurm::Association* association_in(const Partition& partition) const {
        const slurm::Association* best = nullptr;
        for (const auto* one : associations())
            if (one->partition == partition.name || (one->partition.empty() && best == nullptr))
                best = one;
        return best;
    }

    // The job's own QOS, or null.
    [[nodiscard]] const slurm::Qos* qos_in(const Partition& partition) const {
        auto name = value_or_preset("qos");
        if (name.empty() && has_defaults()) {
            const auto* association = association_in(partition);
            const bool has_own = association != nullptr && !association->default_qos.empty();
            name = has_own ? association->default_qos : "normal"; // accounting's own default
        }
        return limits_.find_qos(base::lower(name));
    }

    // The first of the QOS and the association that has this limit: that one counts.
    template <class OfQos, class OfAssociation>
    [[nodiscard]] auto first_limit(const Partition& partition, OfQos of_qos,
                                   OfAssociation of_association) const {
        using Value = typename std::invoke_result_t<OfQos, const slurm::Qos&>::value_type;
        std::optional<Bound<Value>> first;
        if (!limits_.enforces("limits"))
            return first;
        const auto* own = qos_in(partition);
        const auto* theirs = limits_.find_qos(partition.qos);
        const auto goes_first = [](const slurm::Qos& qos) { return qos.has_flag("OverPartQOS"); };
        if (own == nullptr && std::any_of(limits_.qos.begin(), limits_.qos.end(), goes_first))
            return first; // it may be one of these
        if (own != nullptr && goes_first(*own))
            std::swap(own, theirs);
        for (const auto* qos : {theirs, own})
            if (qos != nullptr && !first)
                if (const auto value = of_qos(*qos))
                    first = {*value, fmt::format("the QOS `{}`", qos->name)};
        // A QOS that is not known may have the limit instead.
        const bool may_be_replaced =
            qos_in(partition) == nullptr &&
            std::any_of(limits_.qos.begin(), limits_.qos.end(),
                        [&](const auto& qos) { return of_qos(qos).has_value(); });
        if (const auto* association = association_in(partition);
            association != nullptr && !first && !may_be_replaced)
            if (const auto value = of_association(*association))
                first = {*value, fmt::format("the account `{}`", association->account)};
        return first;
    }

    // A QOS with this flag replaces the partition's limit; if the job's own is not known, any
    // could.
    [[nodiscard]] bool counts_partition_time(const Partition& partition) const {
        constexpr std::string_view flag = "PartitionTimeLimit";
        const auto* own = qos_in(partition);
        const auto* theirs = limits_.find_qos(partition.qos);
        if (theirs != nullptr && theirs->has_flag(flag))
            return false;
        if (own != nullptr)
            return !own->has_flag(flag);
        return std::none_of(limits_.qos.begin(), limits_.qos.end(),
                            [&](const auto& qos) { return qos.has_flag(flag); });
    }

    [[nodiscard]] std::optional<Bound<long>> time_limit(const Partition& partition) const {
        auto limit = first_limit(
            partition, [](const auto& qos) { return qos.max_time; },
            [](const auto& association) { return association.max_time; });
        if (partition.max_time && counts_partition_time(partition) &&
            (!limit || *partition.max_time < limit->value))
            limit = {*partition.max_time, fmt::format("the partition `{}`", partition.name)};
        return limit;
    }

    void refuse_time() {
        const auto* const option = value("time-min").empty() ? "time" : "time-min";
        const auto seconds = slurm::seconds_of(value(option));
        if (!seconds)
            return;
        std::optional<Bound<long>> least;
        std::optional<Bound<long>> most;
        bool any_would_do = candidates_.empty();
        for (const auto* partition : candidates_) {
            const auto limit = time_limit(*partition);
            if (!limit || !is_longer(*seconds, limit->value)) {
                any_would_do = true;
                continue;
            }
            if (!least || limit->value < least->value)
                least = limit;
            if (!most || limit->value > most->value)
                most = limit;
        }
        const bool needs_all = limits_.setting("EnforcePartLimits") == "ALL";
        if (!least || (any_would_do && !needs_all))
            return;
        const auto& bound = needs_all ? *least : *most;
        std::vector<std::string> others;
        for (const auto& partition : limits_.partitions) {
            const auto limit = time_limit(partition);
            if (partition.state == "UP" && (!limit || !is_longer(*seconds, limit->value)))
                others.push_back(partition.name);
        }
        auto instead = fmt::format("--{}={} would do", option, slurm::time_text(bound.value));
        if (!others.empty())
            instead += "; a job this long may run in " + base::join(others, ", ");
        found_.push_back({fmt::format("`--{}={}` is more than {} allows: {}", option, value(option),
                                      bound.owner, slurm::time_text(bound.value)),
                          instead});
    }

    // How many the user has now changes too quickly to be known.
    void refuse_jobs() {
        std::optional<Bound<std::uint64_t>> most;
        for (const auto* partition : candidates_) {
            const auto limit = first_limit(
                *partition, [](const auto& qos) { return qos.max_submit; },
                [](const auto& association) { return association.max_submit; });
            if (!limit)
                return;
            if (!most || limit->value > most->value)
                most = limit;
        }
        if (!most || request_.jobs <= most->value)
            return;
        found_.push_back({fmt::format("{} at once: {} allows {}", base::count(request_.jobs, "job"),
                                      most->owner, most->value),
                          fmt::format("--pack={} makes fewer jobs of them",
                                      (request_.tasks + most->value - 1) / most->value)});
    }

    const Request& request_;
    const Limits& limits_;
    Partitions candidates_;
    std::vector<Refusal> found_;
};

} // namespace

std::vector<Refusal> refusals(const Request& request, const slurm::Limits& limits) {
    return Preflight(request, limits).take();
}

} // namespace rdvc::submission
