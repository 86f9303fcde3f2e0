// `rdvc env list|build|clear`: the environments that are kept on the cluster for later jobs.

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/submitted.hpp"
#include "remote/environments.hpp"
#include "send/plan.hpp"
#include "send/submit.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

std::string to_json(const remote::EnvironmentList& list) {
    nlohmann::json answer = nlohmann::json::array();
    for (const auto& kept : list.kept)
        answer.push_back({{"key", kept.key},
                          {"id", kept.id},
                          {"made", kept.made},
                          {"kib", kept.kib},
                          {"setup_seconds", kept.seconds},
                          {"current", kept.current},
                          {"uses", kept.uses},
                          {"job", kept.job},
                          {"node", kept.node}});
    for (const auto& [key, text] : list.others)
        answer.push_back({{"key", key}, {"detail", text}});
    return answer.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void print(const world::Console& console, const remote::EnvironmentList& list) {
    std::vector<std::vector<std::string>> rows = {
        {"KEY", "MADE", "BY JOB", "ON", "SETUP", "SIZE", "USED BY"}};
    for (const auto& kept : list.kept)
        rows.push_back({kept.key + (kept.current ? "" : " (old)"),
                        base::age(std::max<std::int64_t>(list.time - kept.made, 0)) + " ago",
                        kept.job, kept.node, kept.seconds + " s", base::bytes(kept.kib * 1024),
                        kept.uses == "0" ? "" : kept.uses + " jobs"});
    console.data(world::table(rows));
    for (const auto& [key, text] : list.others)
        console.data(fmt::format("{}\n", base::printable(fmt::format("{} {}", key, text))));
    if (list.of_one_commit > 0)
        console.note(fmt::format(
            "{} of these {} for one commit only, since setup asks Git for a version; where that "
            "does not matter, `env.ignore = [\".git\"]` makes one environment serve all commits",
            list.of_one_commit, list.of_one_commit == 1 ? "is" : "are"));
}

Exit list(world::World& world, const Words& words) {
    std::string cluster_name;
    bool json = false;
    cli::Options options("env list", "The environments that are kept for this project.");
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

Exit build(world::World& world, const Words& words) {
    auto arguments = submission::parse_run_arguments(words);
    if (arguments.help) {
        world.console.data(
            "usage: rdvc env build [OPTIONS]\n\n"
            "Makes the environment of the code as it stands, if it is not there, by a job (or on\n"
            "the login node, with env.where = \"login\"). Takes sbatch's options, and of those of\n"
            "`rdvc run`: --instance --cluster --code --only-committed --include -C --fresh-env\n"
            "--dry-run --json --quiet --verbose.\n");
        return Exit::done;
    }
    if (!arguments.dvc.empty() || arguments.name || arguments.is_command)
        throw Error(Exit::usage, "`rdvc env build` runs no experiment, and takes no option of it")
            .context(base::quote_all(arguments.dvc));
    if (arguments.quiet || arguments.verbose)
        world.console.verbosity =
            arguments.quiet ? world::Verbosity::quiet : world::Verbosity::verbose;
    remote::Project project = remote::open_project(world, arguments.cluster.value_or(""));
    remote::Cluster cluster(world, project.config);
    send::Plan plan =
        send::make_plan(world, project, cluster, arguments, send::Purpose::environment);
    if (plan.submission.facts.setup.empty())
        throw Error(Exit::not_ready, "the project has no setup command")
            .hint("./init_python_venv.sh, ./init_env.sh or env.setup");
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
    options.words("KEY", keys, "the starts of keys, as `rdvc env list` shows them")
        .flag("--all", all, "all environments of this project")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (std::find(keys.begin(), keys.end(), "") != keys.end())
        throw Error(Exit::usage, "an empty KEY would be all of them").hint("--all");
    if (keys.empty() == !all)
        throw Error(Exit::usage, all ? "`--all` and a KEY cannot be given together"
                                     : "`rdvc env clear` needs to know what: a KEY, or --all")
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
                           {"build", "make one now", build},
                           {"clear", "remove those that no job uses", clear}},
                          words);
}

} // namespace rdvc::commands
