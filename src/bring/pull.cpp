#include "bring/pull.hpp"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/text.hpp"
#include "bring/data.hpp"
#include "project/dvc.hpp"
#include "remote/objects.hpp"
#include "state/state.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;

namespace {

std::vector<Arrived> as_arrived(const std::vector<Result>& results) {
    std::vector<Arrived> experiments;
    for (const auto& result : results)
        experiments.push_back({result.name, result.commit});
    return experiments;
}

Error no_place() {
    return Error(Exit::failed, "some experiments could not be added here")
        .hint("another experiment here has the name; `rdvc pull --force` replaces it");
}

// The data first, then the ref: if you see an experiment, it is complete. If the cluster has lost
// some data, the experiment is brought anyway. A failure of one does not affect others.
Taken take_over_ssh(world::World& world, remote::Cluster& cluster, const remote::Project& project,
                    const std::vector<Result>& results, bool force) {
    Taken taken;
    const auto take = [&] {
        taken.results = put_refs(world, cluster, project, results, force);
        end_waiting(world, project, taken.results);
        if (taken.results.size() < results.size() && !taken.failure)
            taken.failure = no_place();
    };
    try {
        taken.whole = bring_data(world, project, cluster, as_arrived(results));
        take();
        return taken;
    } catch (const remote::DamagedData& error) {
        taken.failure = error;
        take();
        return taken;
    } catch (const Error& error) {
        if (error.code() != Exit::failed)
            throw;
        taken.failure = error;
    }
    for (const auto& result : results.size() > 1 ? results : std::vector<Result>()) {
        const auto one = take_over_ssh(world, cluster, project, {result}, force);
        taken.results.insert(taken.results.end(), one.results.begin(), one.results.end());
        taken.whole = taken.whole && one.whole;
    }
    return taken;
}

// DVC brings the data from its remote, for which it needs the refs. Data that DVC does not bring,
// or is not asked for, comes from the cluster's cache, which the job used.
Taken take_by_remote(world::World& world, remote::Cluster& cluster, const remote::Project& project,
                     const std::vector<Result>& asked_for, bool force) {
    const auto results = put_refs(world, cluster, project, asked_for, force);
    std::vector<Result> by_dvc;
    std::vector<Result> others;
    Taken taken{.results = results};
    std::vector<std::string> commits;
    for (const auto& result : results)
        commits.push_back(result.commit);
    const auto why_not = why_not_by_dvc(world, project, commits);
    for (const auto& result : results) {
        const auto& why = why_not.at(result.commit);
        (why.empty() ? by_dvc : others).push_back(result);
        if (!why.empty())
            taken.failure =
                Error(Exit::failed,
                      fmt::format("DVC is not asked for the data of {}: {}", result.name, why));
    }
    if (auto error =
            by_dvc.empty() ? std::nullopt : fetch_by_dvc(world, project, as_arrived(by_dvc))) {
        others = results;
        taken.failure = std::move(error);
    }
    if (others.empty() || bring_data(world, project, cluster, as_arrived(others))) {
        if (taken.failure)
            world.console.note("their data came from the cluster's cache: " +
                               std::string(taken.failure->what()));
        taken.failure =
            results.size() < asked_for.size() ? std::optional(no_place()) : std::nullopt;
        end_waiting(world, project, results);
    } else {
        taken.results.clear();
    }
    return taken;
}

[[noreturn]] void refuse_without_result(const state::Record& record,
                                        const state::Overview& overview) {
    const auto state = state::derive_state(record, overview);
    const auto id = record.id();
    const std::string partial = state::field(record.result, "partial");
    const bool has_partial = !partial.empty() && partial != "0";
    std::string hint = state::next_command(state.kind(), id);
    if (has_partial && state.kind() != state::Kind::unpublished)
        hint = fmt::format("what it had produced until then: rdvc pull --partial {}", id);
    throw Error(Exit::failed, fmt::format("{} has no result to pull: {}", id, state.word))
        .context(state.detail)
        .hint(hint);
}

// A submission, or the tasks of a sweep that are asked for.
std::vector<state::Record> asked_for(const state::Record& record,
                                     const std::vector<remote::Target>& targets) {
    const auto names = [&](unsigned task) {
        return targets.empty() || std::find(targets.begin(), targets.end(),
                                            remote::Target{record.token, task}) != targets.end();
    };
    const bool all = names(0);
    if (record.task_count() == 0)
        return all ? std::vector{record} : std::vector<state::Record>();
    std::vector<state::Record> tasks;
    for (unsigned number = 1; number <= record.task_count(); ++number)
        if (all || names(number))
            tasks.push_back(record.of_task(number));
    return tasks;
}

// Of a sweep that was asked for as a whole, those without a result are only counted.
void tell_without_result(const world::Console& console, const state::Record& record,
                         std::size_t with_result) {
    if (with_result < record.task_count())
        console.note(fmt::format("{} of {} tasks of {} have a result; the others: rdvc status {}",
                                 with_result, record.task_count(),
                                 base::printable(state::field(record.notes, "name")),
                                 record.submission_id()));
}

// One result for each ref: with -f submissions may have the same name, and then the mirror has the
// result of the one that was published last.
class LatestResults {
  public:
    void add(const Result& result, const state::Record& record) {
        const auto time = published_at(record);
        const auto [place, is_new] = places_.emplace(result.ref, Place{all_.size(), time});
        if (is_new) {
            all_.push_back(result);
        } else if (time > place->second.time) {
            all_[place->second.index] = result;
            place->second.time = time;
        }
    }
    [[nodiscard]] const std::vector<Result>& all() const { return all_; }

  private:
    struct Place {
        std::size_t index;
        double time; ///< of its publication, in seconds since the epoch
    };

    // A hook may follow the phase `publish`, and take its time.
    static double published_at(const state::Record& record) {
        const auto& phases = record.phases;
        const auto last = std::find_if(phases.rbegin(), phases.rend(),
                                       [](const auto& one) { return one.second == "publish"; });
        return phases.empty() ? 0 : last == phases.rend() ? phases.back().first : last->first;
    }

    std::vector<Result> all_;
    std::map<std::string, Place> places_;
};

std::vector<Result> part(const std::vector<Result>& results, bool over_ssh) {
    auto some = results;
    std::erase_if(some, [&](const Result& one) { return one.over_ssh != over_ssh; });
    return some;
}

} // namespace

Chosen choose(world::World& world, const remote::Project& project, const state::Overview& overview,
              const std::vector<remote::Target>& targets, bool no_data) {
    const bool has_remote = project::has_dvc_remote(project.dvc_project);
    const auto waiting = project::refs_below(world.runner, project.repository, pulled_refs);
    std::size_t count = 0;
    for (const auto& record : overview.submissions)
        count += std::max(record.task_count(), 1U);
    const RefsHere here(world, project, "refs/exps", count);
    Chosen chosen;
    LatestResults results;
    const bool named = !targets.empty();
    const auto add = [&](const Result& result) {
        const bool is_here =
            !waiting.contains(result.waiting_ref()) && here.commit(result.ref) == result.commit;
        if (is_here && named)
            world.console.note(fmt::format("{} is here already", result.name));
        if (!is_here)
            chosen.fresh.push_back(result);
        else if (named && !no_data)
            chosen.here.push_back(result);
    };
    for (const auto& record : overview.submissions) {
        const bool whole_sweep =
            record.task_count() > 0 && std::find(targets.begin(), targets.end(),
                                                 remote::Target{record.token}) != targets.end();
        std::size_t with_result = 0;
        for (const auto& one : asked_for(record, targets)) {
            const auto result = published(one, has_remote);
            if (result)
                results.add(*result, one);
            else if (named && !whole_sweep)
                refuse_without_result(one, overview);
            with_result += result ? 1 : 0;
        }
        if (whole_sweep)
            tell_without_result(world.console, record, with_result);
    }
    for (const auto& result : results.all())
        add(result);
    return chosen;
}

Taken take(world::World& world, const remote::Project& project, remote::Cluster& cluster,
           const std::string& mirror_url, const Chosen& chosen, bool force,
           const OnTaken& on_taken) {
    const auto fetched = fetch(world, cluster, project, mirror_url, chosen.fresh, to_wait, force);
    auto came = chosen.here;
    came.insert(came.end(), fetched.results.begin(), fetched.results.end());
    Taken all{.results = {}, .failure = fetched.failure};
    for (const bool over_ssh : {false, true}) {
        const auto some = part(came, over_ssh);
        if (some.empty())
            continue;
        auto taken =
            (over_ssh ? take_over_ssh : take_by_remote)(world, cluster, project, some, force);
        on_taken(taken.results);
        all.results.insert(all.results.end(), taken.results.begin(), taken.results.end());
        all.whole = all.whole && taken.whole;
        all.failure = taken.failure ? taken.failure : all.failure;
    }
    return all;
}

Taken take_refs(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                const std::string& mirror_url, const Chosen& chosen, bool force) {
    const auto fetched = fetch(world, cluster, project, mirror_url, chosen.fresh, in_place, force);
    end_waiting(world, project, fetched.results);
    return {.results = fetched.results, .failure = fetched.failure};
}

} // namespace rdvc::bring
