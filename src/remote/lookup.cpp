#include "remote/lookup.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/status.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

namespace {

// Names by which a user may refer to a submission.
struct Named {
    std::string token;
    std::string job;
    std::string name;
    unsigned tasks = 0;                       ///< of a sweep
    std::vector<std::string> other_jobs = {}; ///< of earlier attempts; other arrays
};

// The newest of `all` (sorted oldest first) with this id or name, or else the only one whose token
// begins with it; "" if no submission matches. Throws Error (usage).
std::string called(const std::vector<Named>& all, const std::string& word) {
    constexpr std::size_t least = 4;
    const auto is_meant = [&](const Named& one) {
        const auto& others = one.other_jobs;
        return word.empty() || one.job == word || one.name == word ||
               std::find(others.begin(), others.end(), word) != others.end();
    };
    const auto sure = std::find_if(all.rbegin(), all.rend(), is_meant);
    if (sure != all.rend())
        return sure->token;
    std::map<std::string, std::string> begin; // token -> line
    for (const auto& one : all)
        if (word.size() >= least && one.token.starts_with(word))
            begin[one.token] = fmt::format("{} {}", one.token, one.name);
    if (begin.size() > 1) {
        std::vector<std::string> lines;
        for (const auto& [token, line] : begin)
            lines.push_back(line);
        throw Error(Exit::usage, fmt::format("several tokens begin with `{}`", word))
            .context(base::first_lines(lines))
            .hint("give more digits");
    }
    return begin.empty() ? "" : begin.begin()->first;
}

// The same, or one of its tasks.
Target target_called(const std::vector<Named>& all, const std::string& word) {
    if (const auto token = called(all, word); !token.empty())
        return {token, 0};
    const auto end = word.find_last_not_of("0123456789");
    if (end == std::string::npos || end == 0 || end + 1 == word.size() ||
        std::string_view("._-").find(word[end]) == std::string_view::npos)
        return {};
    const auto before = word.substr(0, end);
    const auto number = base::parse_number(word.substr(end + 1)).value_or(0);
    const auto token = called(all, before);
    const auto sweep = std::find_if(all.begin(), all.end(), [&](const Named& one) {
        return !token.empty() && one.token == token;
    });
    if (sweep == all.end() || sweep->tasks == 0 || (word[end] == '-' && sweep->name != before))
        return {};
    if (number == 0 || number > sweep->tasks)
        throw Error(Exit::usage, fmt::format("`{}` has no task {}", before, number))
            .context(fmt::format("its tasks are {0}.1 to {0}.{1}", before, sweep->tasks));
    return {token, number};
}

// The task that SLURM calls `word`, JOB_INDEX, if its sweep has several arrays: only the cluster
// knows which tasks each has.
std::optional<Target> target_in_array(const state::Overview& overview, const std::string& word) {
    const auto bar = std::min(word.find('_'), word.size());
    const auto index = base::parse_number(word.substr(std::min(bar + 1, word.size())));
    if (!index || *index == 0)
        return std::nullopt;
    for (const auto& record : overview.submissions)
        if (const auto task = record.task_called(word.substr(0, bar), *index))
            return Target{record.token, *task};
    return std::nullopt;
}

// Nothing has this name. It may be mistyped, or be another project's or cluster's.
Error not_found(const std::vector<ledger::Record>& records, const std::vector<Named>& there,
                const std::string& mirror, const std::string& cluster, const std::string& word) {
    const auto dot = std::min(word.find('.'), word.size());
    for (const auto& record : records) {
        const bool is_other = record.mirror != mirror || record.cluster != cluster;
        constexpr std::size_t least = 4;
        if (!is_other || (record.name != word.substr(0, dot) && record.job != word.substr(0, dot) &&
                          (dot < least || !record.token.starts_with(word.substr(0, dot)))))
            continue;
        return Error(Exit::usage,
                     fmt::format("no submission of this project is `{}` on {}", word, cluster))
            .context(record.mirror == mirror
                         ? fmt::format("one on {} is", record.cluster)
                         : fmt::format("one of another project is: {}", record.mirror))
            .hint("`rdvc status` lists this project's");
    }
    std::vector<std::string> names;
    for (const auto& one : there)
        names.push_back(one.name);
    return Error(Exit::usage, fmt::format("no submission of this project is `{}`{}", word,
                                          base::suggestion(word.substr(0, dot), names)))
        .hint("`rdvc status` lists them");
}

// Those of the ledger: with a job, or maybe one; and others, which count if nothing else has a
// name.
struct OfLedger {
    std::vector<Named> known;
    std::vector<Named> refused;

    OfLedger(const std::vector<ledger::Record>& records, const std::string& cluster,
             const std::string& mirror) {
        for (const auto& record : ledger::by_attempt(records))
            if (record.mirror == mirror && record.cluster == cluster)
                (record.has_no_job() ? refused : known)
                    .push_back(
                        {record.token, record.job, record.name, record.tasks, record.earlier_jobs});
    }

    [[nodiscard]] Target find(const std::string& word) const {
        auto target = target_called(known, word);
        return target.token.empty() && !word.empty() ? target_called(refused, word) : target;
    }
};

} // namespace

std::vector<Target> find_targets(const std::vector<ledger::Record>& records, Cluster& cluster,
                                 const std::string& mirror, const std::vector<std::string>& words) {
    const OfLedger here(records, cluster.name(), mirror);
    std::optional<std::vector<Named>> there;
    state::Overview overview;
    std::vector<Target> targets;
    for (const auto& word : words) {
        auto target = here.find(word);
        if (target.task > 0 && slurm::is_job_id(word.substr(0, word.find('_'))))
            target = target_in_array(ask_overview(cluster, mirror, target.token, 1), word)
                         .value_or(target);
        if (target.token.empty() && !there) {
            overview = ask_overview(cluster, mirror, "",
                                    words.size() == 1 && word.empty() ? 1 : all_submissions);
            there.emplace();
            for (const auto& record : overview.submissions)
                there->insert(there->begin(),
                              {record.token, record.job, state::field(record.notes, "name"),
                               record.task_count(), record.job_ids()});
        }
        if (target.token.empty())
            target = target_in_array(overview, word).value_or(target_called(*there, word));
        if (target.token.empty() && word.empty())
            throw Error(Exit::usage, "this project has no submission").hint("rdvc run");
        if (target.token.empty())
            throw not_found(records, *there, mirror, cluster.name(), word);
        targets.push_back(target);
    }
    return targets;
}

Target find_remembered(const std::vector<ledger::Record>& records, const Cluster& cluster,
                       const std::string& mirror, const state::Overview& overview,
                       const std::string& word) {
    const OfLedger here(records, cluster.name(), mirror);
    auto target = target_in_array(overview, word).value_or(here.find(word));
    if (!target.token.empty())
        return target;
    std::vector<std::string> names;
    for (const auto& one : here.known)
        names.push_back(one.name);
    throw Error(Exit::usage, fmt::format("this laptop knows no submission `{}` of this project{}",
                                         word, base::suggestion(word, names)))
        .hint("`rdvc status --offline` lists those that it knows");
}

std::vector<std::string> expand_ranges(const std::vector<ledger::Record>& records,
                                       const std::vector<std::string>& words) {
    std::vector<std::string> expanded;
    for (const auto& word : words) {
        const auto dot = word.rfind('.');
        const auto dash = word.rfind('-');
        const bool may_be = dot != std::string::npos && dash != std::string::npos && dash > dot &&
                            dot > 0 &&
                            std::none_of(records.begin(), records.end(),
                                         [&](const auto& one) { return one.name == word; });
        const auto first =
            may_be ? base::parse_number(word.substr(dot + 1, dash - dot - 1)) : std::nullopt;
        const auto last = may_be ? base::parse_number(word.substr(dash + 1)) : std::nullopt;
        if (!first || !last) {
            expanded.push_back(word);
            continue;
        }
        if (*first > *last)
            throw Error(Exit::usage, fmt::format("the tasks of `{}` must ascend", word));
        for (auto number = *first; number <= *last; ++number)
            expanded.push_back(fmt::format("{}{}", word.substr(0, dot + 1), number));
    }
    return expanded;
}

Target find_target(world::World& world, Cluster& cluster, const std::string& mirror,
                   const std::string& word) {
    return find_targets(open_ledger(world).read(), cluster, mirror, {word}).front();
}

std::string find_submission(world::World& world, Cluster& cluster, const std::string& mirror,
                            const std::string& word) {
    const auto target = find_target(world, cluster, mirror, word);
    if (target.task > 0)
        throw Error(Exit::usage, fmt::format("`{}` is one task of a sweep", word))
            .context("this command takes the whole sweep");
    return target.token;
}

base::Error no_such_task(const std::string& token, const std::string& answer) {
    const auto id = token.substr(0, 8);
    const auto tasks = answer.substr(answer.rfind(' ') + 1);
    if (tasks == "0")
        return base::Error(base::Exit::failed, "this submission is no sweep, so it has no tasks");
    return base::Error(base::Exit::usage,
                       fmt::format("this is a sweep of {} tasks", base::printable(tasks)))
        .hint(fmt::format("name one of them: {0}.1 to {0}.{1}", id, base::printable(tasks)));
}

} // namespace rdvc::remote
