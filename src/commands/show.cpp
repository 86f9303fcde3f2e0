// `rdvc show`: prints the script of a submission as it was sent.

#include <fmt/core.h>

#include "base/quote.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"
#include "submission/tasks.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// What runs in this task: `dvc exp run`, or a command.
void show_task(world::World& world, const remote::Target& target) {
    const auto ledger = remote::open_ledger(world);
    const auto file = ledger.tasks(target.token);
    const auto tasks = submission::read_tasks(file.value_or(""));
    if (tasks.size() < target.task)
        throw Error(Exit::failed, "this laptop does not have the tasks of this sweep")
            .context("another one submitted it");
    const auto& task = tasks[target.task - 1];
    const auto script = ledger.script(target.token).value_or("");
    const bool is_command = script.find("\nexport RDVC_JOB_KIND=command\n") != std::string::npos;
    world.console.data(
        (is_command ? "" : fmt::format("dvc exp run -n {} ", base::quote(task.name))) +
        base::quote_all(task.arguments) + "\n");
}

} // namespace

Exit show(world::World& world, const Words& words) {
    OneSubmission one;
    cli::Options options("show", "Prints the script of a submission.");
    one.add_to(options);
    if (!options.parse(words, world.console))
        return Exit::done;
    auto [project, cluster, target, token, task] = one.find(world);
    if (target.task > 0) {
        show_task(world, target);
        return Exit::done;
    }
    if (const auto script = remote::open_ledger(world).script(token)) {
        world.console.data(*script);
        return Exit::done;
    }
    script::Variables variables;
    variables.words = {{"token", token}, {"task", "0"},   {"file", "job.sh"},
                       {"follow", "0"},  {"offset", "0"}, {"tail", ""}};
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
