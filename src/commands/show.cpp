// `rdvc show`: prints the script of a submission as it was sent.

#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

Exit show(world::World& world, const Words& words) {
    OneSubmission one;
    cli::Options options("show", "Prints the script of a submission.");
    one.add_to(options);
    if (!options.parse(words, world.console))
        return Exit::done;
    auto [project, cluster, token] = one.find(world);
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
