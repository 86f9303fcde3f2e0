// `rdvc uninstall` says what rdvc keeps on this machine and how to remove the program; `--remote`
// removes what it has on a cluster.

#include <set>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/uninstall_local.hpp"
#include "commands/uninstall_remote.hpp"
#include "remote/project.hpp"
#include "sandbox/place.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

struct Arguments {
    std::string cluster;
    bool remote = false;
    bool local = false;
    bool all_clusters = false;
    bool force = false;
    bool yes = false;
    bool dry_run = false;
    bool json = false;
};

void show(world::World& world, bool dry_run, const UninstallReport& report) {
    if (report.folder.dir.empty()) {
        world.console.note(fmt::format("nothing of rdvc is on {}", report.cluster));
    } else {
        world.console.data(tables_of(report, dry_run));
        if (dry_run && report.live > 0)
            world.console.note(fmt::format("--force would cancel {} first",
                                           base::count(report.live, "submission")));
        if (report.is_gone)
            world.console.note(fmt::format("{} on {} is gone", report.folder.dir, report.cluster));
        else if (report.is_empty)
            world.console.note(fmt::format("{} on {} is empty; the folder itself stays, as a link "
                                           "leads to it or it cannot be removed",
                                           report.folder.dir, report.cluster));
    }
    if (!report.cache.empty())
        world.console.note(
            fmt::format("cluster.cache is {}: rdvc does not remove that folder", report.cache));
    if (report.squeue_words)
        world.console.warn("squeue does not answer, so nothing that a job may need was removed: " +
                           *report.squeue_words);
}

// Of the user's configuration; "" is [cluster], whatever cluster.default says. A sandbox that is
// down cannot be asked; `rdvc sandbox down --purge` removes it.
std::vector<std::string> all_clusters(world::World& world) {
    const auto config = remote::load_config(world, {}, "", config::DefaultCluster::ignored);
    auto names = config.clusters();
    if (config.has_built_in() && sandbox::state_of(sandbox::place_of(world)) != sandbox::State::up)
        std::erase(names, sandbox::name);
    if (names.empty() || !config.text("cluster.host").empty())
        names.insert(names.begin(), "");
    return names;
}

// One cluster after the other; true if all is gone everywhere. An error of one of several is
// reported with what the others have done.
bool uninstall_remote(world::World& world, const Arguments& arguments) {
    const auto names =
        arguments.all_clusters ? all_clusters(world) : std::vector<std::string>{arguments.cluster};
    const RemoteArguments on_cluster = {.all_clusters = arguments.all_clusters,
                                        .force = arguments.force,
                                        .yes = arguments.yes,
                                        .dry_run = arguments.dry_run};
    std::vector<UninstallReport> reports;
    bool is_complete = true;
    std::vector<std::string> failed;
    std::set<std::string> done;
    const auto uninstall_one = [&](const std::string& name) {
        const auto report = uninstall_from(world, on_cluster, name);
        if (!done.insert(report.cluster + "\n" + report.folder.dir).second)
            return;
        reports.push_back(report);
        is_complete = is_complete && report.is_complete();
        failed.insert(failed.end(), report.failed.begin(), report.failed.end());
        if (!arguments.json)
            show(world, arguments.dry_run, report);
    };
    for (const auto& name : names)
        try {
            uninstall_one(name);
        } catch (const Error& error) {
            if (names.size() == 1)
                throw;
            failed.push_back(
                fmt::format("{}: {}", name.empty() ? "[cluster]" : name, error.what()));
            if (!error.context().empty())
                failed.push_back("  " + error.context());
        }
    if (arguments.json)
        world.console.data(json_of(reports, arguments.dry_run));
    if (arguments.dry_run)
        world.console.note("nothing was removed (--dry-run)");
    if (!failed.empty())
        throw Error(Exit::failed, arguments.dry_run ? "not all clusters have answered"
                                                    : "some of it could not be removed")
            .context(base::first_lines(failed))
            .hint("the same command goes on");
    return is_complete || arguments.dry_run;
}

} // namespace

Exit uninstall(world::World& world, const Words& words) {
    Arguments arguments;
    cli::Options options("uninstall",
                         "Says what rdvc keeps on this machine and how to remove the program. "
                         "With --remote: removes what rdvc has on the cluster, but nothing that a "
                         "live job needs and no result that is not here.");
    options.flag("--remote", arguments.remote, "remove rdvc's folder on the cluster")
        .flag("--local", arguments.local,
              "remove rdvc's records and caches on this machine; your settings stay")
        .flag("--force", arguments.force,
              "cancel jobs that live, and remove results that are not here")
        .flag("--dry-run", arguments.dry_run, "show what would be removed, and change nothing")
        .flag("-y,--yes", arguments.yes, "do not ask")
        .flag("--json", arguments.json, "as JSON")
        .flag("--all-clusters", arguments.all_clusters, "all clusters of your configuration")
        .text("--cluster", arguments.cluster, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (arguments.remote && arguments.local)
        throw Error(Exit::usage, "`--remote` and `--local` exclude each other: first the cluster, "
                                 "because this machine knows what is there");
    if (!arguments.remote &&
        (arguments.force || arguments.all_clusters || !arguments.cluster.empty()))
        throw Error(Exit::usage, "`--force`, `--all-clusters` and `--cluster` need `--remote`");
    if (arguments.all_clusters && !arguments.cluster.empty())
        throw Error(Exit::usage, "`--all-clusters` and `--cluster` exclude each other");
    if (!arguments.remote) {
        uninstall_local(world, {.remove = arguments.local,
                                .dry_run = arguments.dry_run,
                                .yes = arguments.yes,
                                .json = arguments.json});
        return Exit::done;
    }
    if (uninstall_remote(world, arguments))
        return Exit::done;
    throw Error(Exit::not_ready, "some of it stays on the cluster")
        .context("the table says why")
        .hint("`rdvc pull` brings results; `--force` cancels jobs and removes results that are not "
              "here");
}

} // namespace rdvc::commands
