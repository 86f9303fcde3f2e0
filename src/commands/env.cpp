// `rdvc env list|build|clear`: the environments that the cluster keeps for later jobs.

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/run_words.hpp"
#include "commands/submitted.hpp"
#include "remote/environments.hpp"
#include "remote/included.hpp"
#include "send/plan.hpp"
#include "send/preflight.hpp"
#include "send/submit.hpp"
#include "submission/help.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

std::string to_json(const state::EnvironmentList& list) {
    nlohmann::json answer = nlohmann::json::array();
    for (const auto& environment : list.kept)
        answer.push_back({{"key", environment.key},
                          {"id", environment.id},
                          {"made", environment.made},
                          {"kib", environment.kib},
                          {"setup_seconds", environment.seconds},
                          {"current", environment.current},
                          {"uses", environment.uses},
                          {"job", environment.job},
                          {"node", environment.node}});
    for (const auto& [key, text] : list.others)
        answer.push_back({{"key", key}, {"detail", text}});
    return answer.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void print(const world::Console& console, const state::EnvironmentList& list) {
    std::vector<std::vector<std::string>> rows = {
        {"KEY", "MADE", "BY JOB", "ON", "SETUP", "SIZE", "USED BY"}};
    for (const auto& environment : list.kept)
        rows.push_back({environment.key + (environment.current ? "" : " (old)"),
                        base::age(std::max<std::int64_t>(list.time - environment.made, 0)) + " ago",
                        environment.job, environment.node, environment.seconds + " s",
                        base::bytes(environment.kib * 1024),
                        environment.uses == "0" ? "" : environment.uses + " jobs"});
    console.data(base::columns(rows));
    for (const auto& [key, text] : list.others)
        console.data(fmt::format("{}\n", base::printable(fmt::format("{} {}", key, text))));
    if (list.of_one_commit > 0)
        console.note(fmt::format(
            "{} of these {} for one commit only, because setup asks Git for a version; if that "
            "does not matter, `env.ignore = [\".git\"]` makes one environment serve all commits",
            list.of_one_commit, list.of_one_commit == 1 ? "is" : "are"));
}

Exit list(world::World& world, const Words& words) {
    std::string cluster_name;
    bool json = false;
    cli::Options options("env list", "Lists the environments that are kept for this project.");
    options.text("--cluster", cluster_name, "use [clusters.NAME]", "NAME")
        .flag("--json", json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    const remote::Project project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    const auto all = remote::ask_environments(cluster, project.mirror);
    if (json)
        world.console.data(to_json(all));
    else if (all.kept.empty() && all.others.empty())
        world.console.note("no environment is kept for this project");
    else
        print(world.console, all);
    return Exit::done;
}

help::Page build_page() {
    return {
        .command = "env build",
        .summary =
            "Builds the environment for the code as it stands, if it is missing, in a job (or "
            "on the login node, with `env.where = \"login\"`).",
        .usage = {"[OPTIONS] [SBATCH OPTIONS]"},
        .sections = {{"options", submission::run_rows(
                                     {"--instance", "--cluster", "--code", "--only-committed",
                                      "--include", "--copy-paths", "--no-preflight", "--fresh-env",
                                      "--dry-run", "--json", "--help", "--quiet", "--verbose"})},
                     {"options of sbatch", submission::sbatch_rows(),
                      "as `rdvc run --help` lists them"}},
    };
}

Exit build(world::World& world, const Words& words) {
    auto read = read_run_words(world, build_page(), words);
    if (!read)
        return Exit::done;
    auto& arguments = *read;
    if (!arguments.dvc.empty() || arguments.name || arguments.is_command || arguments.is_sweep ||
        !arguments.after.empty())
        throw Error(Exit::usage,
                    "`rdvc env build` runs no experiment, and accepts no options of `dvc exp run`")
            .context(base::quote_all(arguments.dvc));
    remote::Project project = remote::open_project(world, arguments.cluster.value_or(""));
    remote::Cluster cluster(world, project.config);
    if (remote::refresh_included(world, project.config, cluster,
                                 arguments.dry_run ? remote::Refresh::if_missing
                                                   : remote::Refresh::if_old))
        project = remote::open_project(world, arguments.cluster.value_or(""));
    send::Plan plan =
        send::make_plan(world, project, cluster, arguments, send::Purpose::environment);
    if (plan.submission.facts.setup.empty())
        throw Error(Exit::not_ready, "the project has no setup command")
            .hint("./init_python_venv.sh, ./init_env.sh or env.setup");
    if (arguments.preflight && plan.submission.environment.where != "login")
        send::refuse_impossible(cluster, {.sbatch = plan.submission.sbatch});
    plan.submission.only_environment = true;
    plan.submission.tasks.front().name = "env-" + plan.submission.token.substr(0, 12);
    send::Sender sender(world, project, cluster, plan,
                        base::trim("rdvc env build " + base::quote_all(words)));
    if (arguments.dry_run) {
        world.console.data(sender.script());
        world.console.note("nothing was submitted (--dry-run)");
        return Exit::done;
    }
    sender.send([&](const ledger::Record& record) {
        report_submitted(world.console, record, arguments.json);
        if (!record.job.empty())
            world.console.note(fmt::format("next:  rdvc logs -f {0}    rdvc wait {0}", record.job));
    });
    return Exit::done;
}

Exit clear(world::World& world, const Words& words) {
    std::vector<std::string> keys;
    std::string cluster_name;
    bool all = false;
    cli::Options options("env clear", "Removes environments that no waiting or running job uses.");
    options.words("KEY", keys, "keys or their first digits, as `rdvc env list` shows them")
        .flag("--all", all, "all environments of this project")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (std::find(keys.begin(), keys.end(), "") != keys.end())
        throw Error(Exit::usage, "an empty KEY would select all of them").hint("--all");
    if (keys.empty() == !all)
        throw Error(Exit::usage, all ? "`--all` and a KEY cannot be given together"
                                     : "`rdvc env clear` needs a KEY or --all")
            .hint("rdvc env list");
    const remote::Project project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    const auto result = remote::clear_environments(cluster, project.mirror, keys);
    for (const auto& [key, jobs] : result.in_use)
        world.console.note(fmt::format("{} is in use ({} jobs) and stays", key, jobs));
    if (result.cleared > 0 || result.absent.empty())
        world.console.data(fmt::format("cleared {}, {}\n",
                                       base::count(result.cleared, "environment"),
                                       base::bytes(result.kib * 1024)));
    if (!result.absent.empty())
        throw Error(Exit::usage, fmt::format("this project has no environment `{}`",
                                             base::join(result.absent, "`, `")))
            .hint("rdvc env list");
    return Exit::done;
}

} // namespace

Exit env(world::World& world, const Words& words) {
    return dispatch_group(world, "env",
                          {{"list", "those that are kept for this project", list},
                           {"build", "build one now", build},
                           {"clear", "remove those that no job uses", clear}},
                          words);
}

} // namespace rdvc::commands
