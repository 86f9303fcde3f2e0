// `rdvc show`: prints the script of a submission as it was sent, or what else is known of it.

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "bring/code.hpp"
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

// A file in the submission's folder on the cluster.
void show_file(world::World& world, remote::Cluster& cluster, const std::string& token,
               const std::string& file) {
    script::Variables variables;
    variables.words = {{"token", token}, {"task", "0"},   {"file", file},
                       {"follow", "0"},  {"offset", "0"}, {"tail", ""}};
    bool absent = false;
    cluster.ask(
        "logs", variables,
        [&](const transport::Frame& frame) { absent = absent || frame.verb == "absent"; },
        [&](std::string_view bytes) { world.console.data(bytes); });
    if (absent)
        throw Error(Exit::failed, fmt::format("the cluster has no `{}` of this submission", file));
}

// What `word` stands for: a commit here, or the code of a submission. Digits are a job's id.
std::string commit_of(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                      const std::string& word) {
    const bool is_job = word.find_first_not_of("0123456789") == std::string::npos;
    if (!is_job && !word.starts_with("-")) {
        const auto here = world.runner.run(
            {.argv = {"git", "rev-parse", "--verify", "--quiet", word + "^{commit}"},
             .folder = project.repository.top});
        if (here.status == 0)
            return base::trim(here.out);
    }
    const auto target = remote::find_target(world, cluster, project.mirror, word);
    return bring::find_code(world, project, cluster, target.token).tip();
}

// git shows it, with the user's pager and colours.
void show_diff(world::World& world, const remote::Project& project, remote::Cluster& cluster,
               const std::string& token, const std::string& other) {
    const auto code = bring::find_code(world, project, cluster, token);
    const auto from = other.empty() ? code.commit : commit_of(world, project, cluster, other);
    if (from == code.tip())
        world.console.note(fmt::format("nothing differs: it ran {}", from.substr(0, 10)));
    else
        world.runner.run({.argv = {"git", "diff", from, code.tip(), "--"},
                          .folder = world.folder,
                          .terminal = base::Terminal::yes,
                          .takes_input = true});
}

} // namespace

Exit show(world::World& world, const Words& words) {
    OneSubmission one;
    std::string other;
    bool notes = false;
    bool environment = false;
    cli::Options options("show", "Prints the script of a submission.");
    one.add_to(options);
    options
        .optional_text("--diff", other,
                       "its code instead, as git diff against this (default: its own HEAD)",
                       "COMMIT|SUBMISSION")
        .flag("--submission", notes, "what the cluster has noted of it")
        .flag("--environment", environment, "the text that decides which environment it gets");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (int{options.given("--diff")} + int{notes} + int{environment} > 1)
        throw Error(Exit::usage, "only one of --diff, --submission and --environment can be given");
    auto [project, cluster, target, token, task] = one.find(world);
    if (options.given("--diff")) {
        show_diff(world, project, cluster, token, other);
    } else if (notes || environment) {
        show_file(world, cluster, token, notes ? "submission" : "environment.inputs");
    } else if (target.task > 0) {
        show_task(world, target);
    } else if (const auto script = remote::open_ledger(world).script(token)) {
        world.console.data(*script);
    } else {
        show_file(world, cluster, token, "job.sh");
    }
    return Exit::done;
}

} // namespace rdvc::commands
