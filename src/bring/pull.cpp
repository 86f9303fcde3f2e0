#include "bring/pull.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

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
    for (const auto& result : results) {
        const auto why = why_not_by_dvc(world, project, result.commit);
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

std::vector<Result> part(const std::vector<Result>& results, bool over_ssh) {
    auto some = results;
    std::erase_if(some, [&](const Result& one) { return one.over_ssh != over_ssh; });
    return some;
}

} // namespace

Chosen choose(world::World& world, const remote::Project& project, const state::Overview& overview,
              const std::vector<std::string>& tokens, bool no_data) {
    const bool has_remote = project::has_dvc_remote(project.dvc_project);
    const auto waiting = project::refs_below(world.runner, project.repository, pulled_refs);
    Chosen chosen;
    std::set<std::string> refs;
    for (const auto& record : overview.submissions) {
        if (!tokens.empty() &&
            std::find(tokens.begin(), tokens.end(), record.token) == tokens.end())
            continue;
        const auto result = published(record, has_remote);
        if (!result && !tokens.empty())
            refuse_without_result(record, overview);
        // Newest first: with -f a newer submission replaces an older one's result under the same
        // ref.
        if (!result || !refs.insert(result->ref).second)
            continue;
        const bool is_here =
            !waiting.contains(result->waiting_ref()) &&
            project::commit_of(world.runner, project.repository, result->ref) == result->commit;
        if (is_here && !tokens.empty())
            world.console.note(fmt::format("{} is here already", result->name));
        if (!is_here)
            chosen.fresh.push_back(*result);
        else if (!tokens.empty() && !no_data)
            chosen.here.push_back(*result);
    }
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
