// `rdvc pull`: brings refs from the mirror or origin, and data from the cluster's cache or a DVC
// remote.

#include <algorithm>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "bring/outputs.hpp"
#include "bring/partial.hpp"
#include "bring/pull.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

void report(world::World& world, const remote::Project& project,
            const std::vector<bring::Result>& results) {
    const bring::RefsHere here(world, project, "refs/exps", results.size());
    for (const auto& result : results)
        world.console.data(fmt::format("pulled {} ({})\n", base::printable(result.name),
                                       here.commit(result.ref).substr(0, 10)));
}

} // namespace

Exit pull(world::World& world, const Words& words) {
    std::vector<std::string> wanted;
    std::string cluster_name;
    std::vector<std::string> folders;
    bool no_data = false;
    bool force = false;
    bool partial = false;
    cli::Options options("pull", "Brings finished experiments, and the outputs of commands.");
    options
        .words("SUBMISSION", wanted,
               "job ids, experiments' names or tokens; default: all that are missing here")
        .flag("--no-data", no_data, "only the experiments' refs")
        .flag("-f,--force", force,
              "replace local experiments of the same name, and local files by a command's output")
        .flag("--partial", partial,
              "what it has produced so far, if it failed, was stopped or is still running "
              "(default: the newest)")
        .texts("--output", folders,
               "a folder here that may take the output of a command that another laptop submitted",
               "FOLDER")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    const remote::Project project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    const auto records = remote::open_ledger(world).read();
    wanted = remote::expand_ranges(records, wanted);
    auto targets = remote::find_targets(records, cluster, project.mirror, wanted);
    if (partial && targets.empty())
        targets.push_back(remote::find_target(world, cluster, project.mirror, ""));
    if (partial)
        return bring::pull_partial(world, project, cluster, targets);
    std::vector<std::string> tokens;
    for (const auto& target : targets)
        if (std::find(tokens.begin(), tokens.end(), target.token) == tokens.end())
            tokens.push_back(target.token);
    auto overview = remote::ask_overview(
        cluster, project.mirror, base::join(tokens, "\n"), remote::all_submissions,
        tokens.empty() ? remote::Wanted::with_result : remote::Wanted::all);
    const auto outputs =
        bring::pull_outputs(world, project, cluster, {targets, force, no_data, folders}, overview);

    const auto chosen = bring::choose(world, project, overview, targets, no_data);
    if (chosen.fresh.empty() && chosen.here.empty()) {
        if (tokens.empty() && !outputs.said)
            world.console.note("nothing new to pull");
        return outputs.exit;
    }
    const auto mirror_url = cluster.url(overview.dir + "/repos/" + project.mirror);
    if (no_data) {
        const auto came = bring::take_refs(world, project, cluster, mirror_url, chosen, force);
        report(world, project, came.results);
        if (came.failure)
            throw Error(*came.failure);
        world.console.note("their data was not requested (--no-data); `rdvc pull NAME` brings it");
        return outputs.exit;
    }
    auto all = bring::take(
        world, project, cluster, mirror_url, chosen, force,
        [&](const std::vector<bring::Result>& results) { report(world, project, results); });
    if (all.failure) {
        if (all.failure->hint().empty())
            all.failure->hint("`rdvc pull` tries again; with --no-data it leaves the data out");
        throw Error(*all.failure);
    }
    if (!all.whole)
        throw Error(Exit::failed, "the experiments are here, but the cluster no longer has all of "
                                  "their data")
            .hint("run them again: results in DVC's run-cache are not computed again");
    if (!all.results.empty())
        world.console.note("next:  dvc exp show    dvc exp apply " +
                           base::quote(all.results.front().name));
    return outputs.exit;
}

} // namespace rdvc::commands
