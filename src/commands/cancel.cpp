// `rdvc cancel`: ends submissions, by their tokens, in one request.

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// The cluster's answer about one submission.
struct Outcome {
    std::string word; ///< job, revoked, ended, absent, failed, unknown
    std::string job;
    std::string said; ///< by SLURM
};

// Its meaning for the user, and as an exit code.
Exit report(const world::Console& console, const std::string& what, const Outcome& outcome) {
    if (outcome.word == "job")
        console.note(fmt::format("cancelled {} (job {})", what, outcome.job));
    else if (outcome.word == "revoked")
        console.note(fmt::format("cancelled {}: it has not started, and will not run", what));
    else if (outcome.word == "ended")
        console.note(fmt::format("{} has already ended", what));
    else if (outcome.word == "absent")
        console.note(fmt::format("the cluster has no trace of {}", what));
    else
        console.warn(
            fmt::format("it is not known whether {} was cancelled: {}", what, outcome.said));
    const bool settled = outcome.word != "failed" && outcome.word != "unknown";
    return settled ? Exit::done : Exit::unknown;
}

} // namespace

Exit cancel(world::World& world, const Words& words) {
    std::vector<std::string> wanted;
    std::string cluster_name;
    cli::Options options("cancel", "Ends submissions, whether or not their jobs have started.");
    options
        .words(
            "SUBMISSION", wanted,
            "job ids, experiments' names or tokens; a sweep's tasks: SUBMISSION.N, SUBMISSION.3-7")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (wanted.empty())
        throw Error(Exit::usage, "`rdvc cancel` needs a job id, a name or a token")
            .hint("`rdvc status` lists them");
    const remote::Project project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    const auto records = remote::open_ledger(world).read();
    wanted = remote::expand_ranges(records, wanted);
    script::Variables variables;
    std::map<std::string, std::string> names; // TOKEN or TOKEN.TASK -> as typed
    const auto targets = remote::find_targets(records, cluster, project.mirror, wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        names.emplace(targets[i].token +
                          (targets[i].task > 0 ? fmt::format(".{}", targets[i].task) : ""),
                      wanted[i]);
    for (const auto& [token, name] : names)
        variables.lists["tokens"].push_back(token);
    std::map<std::string, Outcome> outcomes;
    cluster.ask("cancel", variables, [&](const transport::Frame& frame) {
        if (frame.verb != "cancelled")
            return;
        const auto [token, rest] = base::key_and_value(frame.rest);
        const auto [word, more] = base::key_and_value(rest);
        const auto [job, said] = base::key_and_value(more);
        outcomes[token] = word == "unknown" ? Outcome{word, "", base::printable(more)}
                                            : Outcome{word, job, base::printable(said)};
    });
    auto exit = Exit::done;
    for (const auto& [token, name] : names)
        if (report(world.console, name, outcomes[token]) != Exit::done)
            exit = Exit::unknown;
    return exit;
}

} // namespace rdvc::commands
