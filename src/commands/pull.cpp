// `rdvc pull`: refs come from the mirror or origin, data from the cluster's cache or a DVC remote.

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/fetch.hpp"
#include "commands/outputs.hpp"
#include "commands/partial.hpp"
#include "commands/results.hpp"
#include "commands/submissions.hpp"
#include "commands/transfer.hpp"
#include "project/dvc.hpp"

namespace rdvc::commands {

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
    return Error(Exit::failed, "experiments have no place here")
        .hint("another experiment has the name here; `rdvc pull --force` replaces it");
}

// What came of some results. Those whose data did not come wait on, and are pulled again.
struct Taken {
    std::vector<Result> results;
    bool whole = true; ///< false: the cluster no longer has all of their data
    std::optional<Error> failure = {};
};

// The data first, then the ref: whoever sees the experiment has it whole. Where the cluster no
// longer has all of it the experiment comes all the same. One that fails is in no other one's way.
Taken take_over_ssh(cli::World& world, Cluster& cluster, const Project& project,
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
    } catch (const DamagedData& error) {
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

// DVC brings the data from its remote, for which it needs the refs. What it does not bring, or is
// not asked for, comes from the cluster's cache, where the job had it.
Taken take_by_remote(cli::World& world, Cluster& cluster, const Project& project,
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

[[noreturn]] void refuse_without_result(const Kept& kept, const Overview& overview) {
    const auto state = derive_state(kept, overview);
    const bool waits = state.word == "pending" || state.word == "running";
    const auto id = kept.id();
    const std::string partial = field(kept.result, "partial");
    std::string hint = (waits ? "rdvc wait " : "rdvc status ") + id;
    if (state.word == "unpublished")
        hint = "rdvc recover " + id;
    else if (!partial.empty() && partial != "0")
        hint = fmt::format("what it had made until then: rdvc pull --partial {}", id);
    throw Error(Exit::failed, fmt::format("{} has no result to pull: {}", id, state.word))
        .context(state.detail)
        .hint(hint);
}

void report(cli::World& world, const Project& project, const std::vector<Result>& results) {
    for (const auto& result : results)
        cli::Console::data(fmt::format(
            "pulled {} ({})\n", base::printable(result.name),
            project::commit_of(world.runner, project.repository, result.ref).substr(0, 10)));
}

// What there is to do of the submissions that are asked for, or of all.
struct Chosen {
    std::vector<Result> fresh; ///< not here yet
    std::vector<Result> here;  ///< here and asked for by name: their data may not be
};

Chosen choose(cli::World& world, const Project& project, const Overview& overview,
              const std::vector<std::string>& tokens, bool no_data) {
    const bool has_remote = project::has_dvc_remote(project.dvc_project);
    const auto waiting = project::refs_below(world.runner, project.repository, pulled_refs);
    Chosen chosen;
    std::set<std::string> refs;
    for (const auto& kept : overview.submissions) {
        if (!tokens.empty() && std::find(tokens.begin(), tokens.end(), kept.token) == tokens.end())
            continue;
        const auto result = published(kept, has_remote);
        if (!result && !tokens.empty())
            refuse_without_result(kept, overview);
        // Newest first: with -f an older submission's result was replaced under the same ref.
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

std::vector<Result> part(const std::vector<Result>& results, bool over_ssh) {
    auto some = results;
    std::erase_if(some, [&](const Result& one) { return one.over_ssh != over_ssh; });
    return some;
}

} // namespace

Exit pull(cli::World& world, const Words& words) {
    std::vector<std::string> wanted;
    std::string cluster_name;
    std::vector<std::string> folders;
    bool no_data = false;
    bool force = false;
    bool partial = false;
    cli::Options options("pull", "Brings finished experiments, and what commands have left.");
    options
        .words("SUBMISSION", wanted,
               "job ids, experiments' names or tokens; default: all that are not here")
        .flag("--no-data", no_data, "the experiments' refs only")
        .flag("-f,--force", force,
              "replace local experiments of the same name, and local files by a command's output")
        .flag("--partial", partial,
              "what was made until now, if it failed, was stopped or still runs (default: the "
              "newest)")
        .texts("--output", folders,
               "a folder here that may take the output of a command that another laptop submitted",
               "FOLDER")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words))
        return Exit::done;
    const Project project = open_project(world, cluster_name);
    Cluster cluster(world, project.config);
    auto tokens = find_submissions(world, cluster, project.mirror, wanted);
    if (partial && tokens.empty())
        tokens.push_back(find_submission(world, cluster, project.mirror, ""));
    if (partial)
        return pull_partial(world, project, cluster, tokens);
    auto overview =
        ask_overview(cluster, project.mirror, tokens.size() == 1 ? tokens.front() : "",
                     all_submissions, tokens.empty() ? Wanted::with_result : Wanted::all);
    const auto outputs =
        pull_outputs(world, project, cluster, {tokens, force, no_data, folders}, overview);

    const auto chosen = choose(world, project, overview, tokens, no_data);
    if (chosen.fresh.empty() && chosen.here.empty()) {
        if (tokens.empty() && !outputs.said)
            world.console.note("nothing new to pull");
        return outputs.exit;
    }
    const auto mirror_url = cluster.url(overview.dir + "/repos/" + project.mirror);
    const auto fetch_all = [&](const std::vector<Result>& results, Refspec refspec) {
        return fetch(world, cluster, project, mirror_url, results, refspec, force);
    };
    if (no_data) {
        const auto came = fetch_all(chosen.fresh, in_place);
        end_waiting(world, project, came.results);
        report(world, project, came.results);
        if (came.failure)
            throw Error(*came.failure);
        world.console.note("their data was not asked for (--no-data); `rdvc pull NAME` brings it");
        return outputs.exit;
    }
    const auto fetched = fetch_all(chosen.fresh, to_wait);
    auto came = chosen.here;
    came.insert(came.end(), fetched.results.begin(), fetched.results.end());
    Taken all{.results = {}, .failure = fetched.failure};
    for (const bool over_ssh : {false, true}) {
        const auto some = part(came, over_ssh);
        if (some.empty())
            continue;
        auto taken =
            (over_ssh ? take_over_ssh : take_by_remote)(world, cluster, project, some, force);
        report(world, project, taken.results);
        all.results.insert(all.results.end(), taken.results.begin(), taken.results.end());
        all.whole = all.whole && taken.whole;
        all.failure = taken.failure ? taken.failure : all.failure;
    }
    if (all.failure) {
        if (all.failure->hint().empty())
            all.failure->hint("`rdvc pull` tries again; with --no-data it leaves the data out");
        throw Error(*all.failure);
    }
    if (!all.whole)
        throw Error(Exit::failed, "the experiments are here, but the cluster no longer has all of "
                                  "their data")
            .hint("run them again: what DVC's run-cache has is not computed again");
    if (!all.results.empty())
        world.console.note("next:  dvc exp show    dvc exp apply " +
                           base::quote(all.results.front().name));
    return outputs.exit;
}

} // namespace rdvc::commands
