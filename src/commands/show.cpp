// `rdvc show`: prints the script of a submission as it was sent.

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

Exit show(world::World& world, const Words& words) {
    std::string submission;
    std::string cluster_name;
    cli::Options options("show", "Prints the script of a submission.");
    options
        .word("SUBMISSION", submission,
              "a job id, an experiment's name or a token; default: the newest")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    const remote::Project project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    const auto token = remote::find_submission(world, cluster, project.mirror, submission);
    if (const auto script = remote::open_ledger(world).script(token)) {
        world.console.data(*script);
        return Exit::done;
    }
    script::Variables variables;
    variables.words = {{"token", token}, {"file", "job.sh"}, {"follow", "0"}, {"offset", "0"}};
    bool absent = false;
    cluster.ask(
        "logs", variables,
        [&](const transport::Frame& frame) { absent = absent || frame.verb == "absent"; },
        [&](std::string_view bytes) { world.console.data(bytes); });
    if (absent)
        throw Error(Exit::failed, "the cluster has no script of this submission");
    return Exit::done;
}

} // namespace rdvc::commands
