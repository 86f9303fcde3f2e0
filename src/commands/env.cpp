// `rdvc env list|build|clear`: the environments that are kept on the cluster for later jobs.

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/order.hpp"
#include "commands/shipment.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// The answer's words: KEY ID MADE KIB SECONDS current|old USES JOB NODE.
struct Build {
    std::string key;
    std::string id;
    std::int64_t made = 0;    // seconds since the epoch
    std::uint64_t kib = 0;    // size
    std::string seconds = {}; // that the setup command took
    bool current = false;     // later jobs take this one
    std::string uses = {};    // by jobs that wait or run; "?" if squeue does not answer
    std::string job = {};     // that made it
    std::string node = {};
};

std::optional<Build> parse_build(const std::string& text) {
    const auto words = base::words(text);
    if (words.size() < 9)
        return std::nullopt;
    return Build{.key = words[0],
                 .id = words[1],
                 .made = static_cast<std::int64_t>(base::parse_time(words[2])),
                 .kib = std::strtoull(words[3].c_str(), nullptr, 10),
                 .seconds = words[4],
                 .current = words[5] == "current",
                 .uses = words[6],
                 .job = words[7],
                 .node = words[8]};
}

Exit list(cli::World& world, const Words& words) {
    std::string cluster_name;
    bool json = false;
    cli::Options options("env list", "The environments that are kept for this project.");
    options.text("--cluster", cluster_name, "use [clusters.NAME]", "NAME")
        .flag("--json", json, "as JSON");
    if (!options.parse(words))
        return Exit::done;
    const Project project = open_project(world, cluster_name);
    Cluster cluster(world, project.config);
    script::Variables variables;
    variables.words = {{"mirror", project.mirror}, {"action", "list"}};
    variables.lists = {{"keys", {}}};
    std::vector<Build> builds;
    std::vector<std::pair<std::string, std::string>> others; // key, what is to be said of it
    std::size_t of_one_commit = 0;                           // keys that have Git's version in them
    std::int64_t now = 0;
    cluster.ask("environments", variables, [&](const transport::Frame& frame) {
        const auto [key, rest] = base::key_and_value(frame.rest);
        if (frame.verb == "time")
            now = static_cast<std::int64_t>(base::parse_time(key));
        if (frame.verb == "environment") {
            if (auto build = parse_build(frame.rest))
                builds.push_back(*build);
        } else if (frame.verb == "not-reusable") {
            others.emplace_back(key, "cannot be reused: " + rest);
        } else if (frame.verb == "building") {
            others.emplace_back(key, "is being made by job " + rest);
        } else if (frame.verb == "of-one-commit") {
            ++of_one_commit;
        }
    });
    if (json) {
        nlohmann::json answer = nlohmann::json::array();
        for (const auto& build : builds)
            answer.push_back({{"key", build.key},
                              {"id", build.id},
                              {"made", build.made},
                              {"kib", build.kib},
                              {"setup_seconds", build.seconds},
                              {"current", build.current},
                              {"uses", build.uses},
                              {"job", build.job},
                              {"node", build.node}});
        for (const auto& [key, text] : others)
            answer.push_back({{"key", key}, {"detail", text}});
        cli::Console::data(answer.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                           "\n");
        return Exit::done;
    }
    if (builds.empty() && others.empty()) {
        world.console.note("no environment is kept for this project");
        return Exit::done;
    }
    std::vector<std::vector<std::string>> rows = {
        {"KEY", "MADE", "BY JOB", "ON", "SETUP", "SIZE", "USED BY"}};
    for (const auto& build : builds)
        rows.push_back({build.key + (build.current ? "" : " (old)"),
                        base::age(std::max<std::int64_t>(now - build.made, 0)) + " ago", build.job,
                        build.node, build.seconds + " s", base::bytes(build.kib * 1024),
                        build.uses == "0" ? "" : build.uses + " jobs"});
    cli::Console::data(cli::table(rows));
    for (const auto& [key, text] : others)
        cli::Console::data(fmt::format("{}\n", base::printable(fmt::format("{} {}", key, text))));
    if (of_one_commit > 0)
        world.console.note(fmt::format(
            "{} of these {} for one commit only, since setup asks Git for a version; where that "
            "does "
            "not matter, `env.ignore = [\".git\"]` makes one environment serve all commits",
            of_one_commit, of_one_commit == 1 ? "is" : "are"));
    return Exit::done;
}

Exit build(cli::World& world, const Words& words) {
    auto arguments = submission::parse_run_arguments(words);
    if (arguments.help) {
        cli::Console::data(
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
        world.console.verbosity = arguments.quiet ? cli::Verbosity::quiet : cli::Verbosity::verbose;
    Project project = open_project(world, arguments.cluster.value_or(""));
    Cluster cluster(world, project.config);
    Order order = prepare(world, project, cluster, arguments, Purpose::environment);
    if (order.submission.facts.setup.empty())
        throw Error(Exit::not_ready, "the project has no setup command")
            .hint("./init_python_venv.sh, ./init_env.sh or env.setup");
    order.submission.only_environment = true;
    order.submission.tasks.front().name = "env-" + order.submission.token.substr(0, 12);
    Shipment shipment(world, project, cluster, order,
                      base::trim("rdvc env build " + base::quote_all(words)));
    if (arguments.dry_run) {
        cli::Console::data(shipment.script());
        world.console.note("nothing was submitted (--dry-run)");
        return Exit::done;
    }
    shipment.send([&](const ledger::Record& record) {
        report_submitted(world.console, record, arguments.json);
        if (!record.job.empty())
            world.console.note(fmt::format("next:  rdvc logs -f {0}    rdvc wait {0}", record.job));
    });
    return Exit::done;
}

Exit clear(cli::World& world, const Words& words) {
    std::vector<std::string> keys;
    std::string cluster_name;
    bool all = false;
    cli::Options options("env clear", "Removes environments that no waiting or running job uses.");
    options.words("KEY", keys, "the starts of keys, as `rdvc env list` shows them")
        .flag("--all", all, "all environments of this project")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words))
        return Exit::done;
    if (std::find(keys.begin(), keys.end(), "") != keys.end())
        throw Error(Exit::usage, "an empty KEY would be all of them").hint("--all");
    if (keys.empty() == !all)
        throw Error(Exit::usage, all ? "`--all` and a KEY cannot be given together"
                                     : "`rdvc env clear` needs to know what: a KEY, or --all")
            .hint("rdvc env list");
    const Project project = open_project(world, cluster_name);
    Cluster cluster(world, project.config);
    script::Variables variables;
    variables.words = {{"mirror", project.mirror}, {"action", "clear"}};
    variables.lists = {{"keys", keys}};
    std::uint64_t kib = 0;
    std::size_t cleared = 0;
    std::vector<std::string> absent;
    cluster.ask("environments", variables, [&](const transport::Frame& frame) {
        const auto fields = base::words(frame.rest);
        if (frame.verb == "cleared" && fields.size() >= 3) {
            ++cleared;
            kib += std::strtoull(fields[2].c_str(), nullptr, 10);
        } else if (frame.verb == "kept" && fields.size() >= 3) {
            world.console.note(
                fmt::format("{} is in use ({} jobs) and stays", fields[0], fields[2]));
        } else if (frame.verb == "absent") {
            absent.push_back("`" + frame.rest + "`");
        }
    });
    if (cleared > 0 || absent.empty())
        cli::Console::data(fmt::format("cleared {}, {}\n", base::count(cleared, "environment"),
                                       base::bytes(kib * 1024)));
    if (!absent.empty())
        throw Error(Exit::usage,
                    fmt::format("this project has no environment {}", base::join(absent, ", ")))
            .hint("rdvc env list");
    return Exit::done;
}

} // namespace

Exit env(cli::World& world, const Words& words) {
    return dispatch_group(world, "env",
                          {{"list", "those that are kept for this project", list},
                           {"build", "make one now", build},
                           {"clear", "remove those that no job uses", clear}},
                          words);
}

} // namespace rdvc::commands
