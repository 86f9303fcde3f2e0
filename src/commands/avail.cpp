// `rdvc avail`: what the cluster has and allows now, and when SLURM would start a job.

#include <algorithm>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/run_words.hpp"
#include "remote/limits.hpp"
#include "remote/project.hpp"
#include "slurm/options.hpp"
#include "state/avail.hpp"
#include "submission/arguments.hpp"
#include "submission/compose.hpp"
#include "submission/help.hpp"
#include "submission/token.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

help::Page page() {
    return {
        .command = "avail",
        .summary =
            "Shows what the cluster has now (nodes, CPUs, GPUs of each partition), who may use "
            "it, and your limits there. `rdvc run` refuses what they rule out, for a day.",
        .usage = {"[OPTIONS]", "--start [OPTIONS] [SBATCH OPTIONS]"},
        .sections =
            {{"options",
              {{0, "--start", "",
                "ask SLURM when a job with these options, and those of the configuration, would "
                "start; each partition of --partition=A,B by itself"},
               {0, "--instance", "NAME", "with --start: use the sbatch options of this instance"},
               {0, "--cluster", "NAME", "use [clusters.NAME]"},
               {0, "--json", "", "as JSON"}}},
             {"options of every command", cli::common_rows()},
             {"options of sbatch", submission::sbatch_rows(), "as `rdvc run --help` lists them"}},
    };
}

// The settings that count in the current folder, and the project's name.
struct Place {
    config::Config config;
    std::string project; ///< "" outside of any
};

Place look_around(world::World& world, const std::string& cluster) {
    try {
        const auto project = remote::open_project(world, cluster);
        return {project.config, project.repo_name};
    } catch (const Error& error) {
        if (error.code() != Exit::not_ready)
            throw;
        return {remote::open_user_config(world, cluster), ""};
    }
}

// What `rdvc run` would ask for with these arguments, without what only marks a job.
script::Variables question(const Place& place, const submission::RunArguments& arguments) {
    submission::Facts facts;
    facts.repo_name = place.project;
    const auto submission =
        submission::compose(submission::make_token(), facts, place.config, arguments);
    script::Variables variables;
    auto& lists = variables.lists;
    lists = {{"options", {}}, {"unset_variables", {}}, {"partitions", {}}};
    for (const auto& [name, value] : submission.sbatch) {
        for (const auto& variable : slurm::environment_variables(name))
            lists["unset_variables"].push_back(variable);
        if (name == "partition" && value)
            lists["partitions"] = base::split(*value, ',');
        else if (name != "comment" && (name != "wckey" || !value->empty()))
            lists["options"].push_back("--" + name + (value ? "=" + *value : ""));
    }
    return variables;
}

Exit estimate(world::World& world, const Place& place, remote::Cluster& cluster,
              const submission::RunArguments& arguments) {
    std::vector<state::Estimate> estimates;
    cluster.ask("estimate", question(place, arguments), [&](const transport::Frame& frame) {
        if (frame.verb == "estimate")
            estimates.push_back(state::parse_estimate(frame.rest));
    });
    if (arguments.json)
        world.console.data(state::as_json(estimates, cluster.name()));
    else
        world.console.data(state::describe_estimates(estimates));
    world.console.note(
        "SLURM's own estimate (sbatch --test-only), as of now: jobs that end early, or "
        "that others submit, change it");
    const bool any = std::any_of(estimates.begin(), estimates.end(),
                                 [](const auto& one) { return one.in.has_value(); });
    return any ? Exit::done : Exit::refused;
}

void refuse_others(const submission::RunArguments& arguments, bool start) {
    if (!arguments.dvc.empty() || arguments.name || arguments.has_targets() ||
        arguments.is_command || arguments.is_sweep || !arguments.after.empty())
        throw Error(Exit::usage, "`rdvc avail` accepts only options of sbatch, after `--start`")
            .hint("rdvc avail --help");
    if (!start && (!arguments.sbatch.empty() || arguments.instance))
        throw Error(Exit::usage, "options of sbatch need `--start`")
            .hint("rdvc avail --start shows when a job with them would start");
}

} // namespace

Exit avail(world::World& world, const Words& words) {
    auto others = words;
    const bool start = std::erase(others, "--start") > 0;
    const auto read = read_run_words(world, page(), others);
    if (!read)
        return Exit::done;
    const auto& arguments = *read;
    refuse_others(arguments, start);
    const auto place = look_around(world, arguments.cluster.value_or(""));
    remote::Cluster cluster(world, place.config);
    if (start)
        return estimate(world, place, cluster, arguments);
    const auto limits = remote::ask_limits(cluster);
    if (arguments.json) {
        world.console.data(state::as_json(limits, cluster.name()));
        return limits.partitions.empty() ? Exit::failed : Exit::done;
    }
    const auto size = world.console.size();
    const bool is_told = !limits.partitions.empty();
    if (is_told)
        world.console.data(
            state::describe_partitions(limits, size ? std::optional(size->columns) : std::nullopt));
    world.console.data((is_told ? "\n" : "") + state::describe_allowance(limits));
    if (!is_told)
        throw Error(Exit::failed, "the cluster tells of no partition")
            .hint("`rdvc doctor` looks for the reason");
    return Exit::done;
}

} // namespace rdvc::commands
