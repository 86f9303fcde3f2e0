// `rdvc run`: plans a submission, describes it, and sends it.

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "commands/command.hpp"
#include "commands/run_words.hpp"
#include "commands/submitted.hpp"
#include "remote/included.hpp"
#include "send/after.hpp"
#include "send/plan.hpp"
#include "send/preflight.hpp"
#include "send/submit.hpp"
#include "submission/help.hpp"
#include "submission/request.hpp"

namespace rdvc::commands {

using base::Exit;

namespace {

void describe_snapshot(const world::Console& console, const project::Snapshot& snapshot) {
    for (const auto& line : base::lines(base::first_lines(snapshot.added)))
        console.note("new:  " + line);
}

// "3 changed, 1 deleted, 2 new files"
std::string changes(const project::Snapshot& snapshot) {
    std::vector<std::string> parts;
    if (snapshot.changed > 0)
        parts.push_back(fmt::format("{} changed", snapshot.changed));
    if (snapshot.deleted > 0)
        parts.push_back(fmt::format("{} deleted", snapshot.deleted));
    if (!snapshot.added.empty())
        parts.push_back(base::count(snapshot.added.size(), "new file"));
    return base::join(parts, ", ");
}

void describe(const world::Console& console, const send::Plan& plan, const send::Sender& sender) {
    const auto& facts = plan.submission.facts;
    const std::string at = fmt::format("{} ({})", facts.commit.substr(0, 10),
                                       facts.branch.empty() ? "detached HEAD" : facts.branch);
    const auto with = changes(plan.snapshot);
    if (plan.submission.code == "origin")
        console.note(fmt::format("code: {} from {}", at, facts.origin_url));
    else
        console.note(fmt::format("code: {}{}{}, {} to send, {}", at, with.empty() ? "" : " + ",
                                 with, base::count(sender.objects(), "Git object"),
                                 base::bytes(sender.size())));
    describe_snapshot(console, plan.snapshot);
    if (const auto& news = sender.environment_news(); !news.empty())
        console.note("environment: " + news);
    for (const auto& line : base::lines(base::first_lines(plan.filtered)))
        console.note("as it is here, not as it is in Git: " + line);
    for (const auto& hook : facts.hooks)
        console.note(fmt::format("hook: {}: {}  ({})", hook.point,
                                 base::lines(base::trim(hook.code)).front(), hook.origin));
    if (!facts.library.empty())
        console.note(fmt::format("{} is sourced after the job's functions", facts.library));
    if (plan.left_here > 0)
        console.note(fmt::format("left out: {} (--only-committed)",
                                 base::count(plan.left_here, "uncommitted change")));
    if (plan.submission.kind == submission::Kind::command)
        console.note(facts.outputs.empty()
                         ? "back:  only the log (no --output, and no run.output)"
                         : "back:  what is new or changed in " + base::join(facts.outputs, ", "));
    for (const auto& submodule : facts.submodules)
        console.note(
            fmt::format("submodule {} at {}", submodule.path, submodule.commit.substr(0, 10)));
    if (sender.is_cut())
        console.warn("the history is larger than run.max_history and is not sent: the job sees "
                     "only this commit, without tags");
}

// How many tasks, what differs between them, what they ask for.
void describe_sweep(const world::Console& console, const submission::Submission& submission) {
    if (!submission.is_sweep())
        return;
    const auto keys = submission::varied_keys(submission.tasks);
    const auto& first = submission.tasks.front().name;
    const auto names = submission.named_by_values
                           ? fmt::format("{} and so on", first)
                           : fmt::format("{} to {}", first, submission.tasks.size());
    console.note(fmt::format("sweep: {}: {}", names, keys.empty() ? "all the same" : keys));
    console.note("asks for: " + submission::describe_request(submission));
    if (submission.warm_up)
        console.note(fmt::format("warm-up:  one job first, {}",
                                 submission.facts.shared.empty()
                                     ? "until its experiment has ended"
                                     : "until the stages that all tasks share are done: " +
                                           base::join(submission.facts.shared, ", ")));
}

// What each task adds to the script.
void describe_tasks(const world::Console& console, const submission::Submission& submission) {
    if (!submission.is_sweep())
        return;
    std::vector<std::string> lines;
    for (const auto& task : submission.tasks)
        lines.push_back(fmt::format("{}: {}", task.name, base::quote_all(task.arguments)));
    for (const auto& line : base::lines(base::first_lines(lines)))
        console.note("task " + line);
}

// A sweep may be larger than its user thinks.
void ask_if_large(const world::World& world, const remote::Project& project,
                  const submission::RunArguments& arguments,
                  const submission::Submission& submission) {
    const auto most = base::parse_number(project.config.text("run.ask_above")).value_or(0);
    if (submission.tasks.size() <= most || !submission.is_sweep() || arguments.yes)
        return;
    const auto question =
        fmt::format("submit {} (yes or no)", base::count(submission.tasks.size(), "task"));
    std::string answer;
    try {
        answer = world.ask(question, "no");
    } catch (const base::Error&) { // nobody is there
        answer = "no";
    }
    if (!base::lower(answer).starts_with("y"))
        throw base::Error(Exit::usage, "nothing was submitted")
            .context(fmt::format("the sweep has {} tasks, and run.ask_above is {}",
                                 submission.tasks.size(), most))
            .hint("--yes does not ask");
}

// What would travel besides the code; does not ask the cluster what it has.
void describe_data(const world::Console& console, const send::Plan& plan) {
    if (plan.submission.kind == submission::Kind::command)
        return;
    if (plan.submission.data != "ssh") {
        console.note("data: through the project's DVC remote");
        return;
    }
    const auto& objects = plan.inputs.objects;
    if (objects.empty())
        return;
    std::uint64_t size = 0;
    for (const auto& object : objects)
        size += object.size.value_or(0);
    console.note(fmt::format("data: {}, {}; what the cluster lacks of it is sent",
                             base::count(objects.size(), "object"), base::bytes(size)));
}

} // namespace

Exit run(world::World& world, const Words& words) {
    auto read = read_run_words(world, submission::run_page(), words);
    if (!read)
        return Exit::done;
    auto& arguments = *read;
    submission::add_rows(arguments, arguments.params.empty()
                                        ? std::nullopt
                                        : base::read_file(world.folder / arguments.params));
    remote::Project project = remote::open_project(world, arguments.cluster.value_or(""));
    if (!arguments.is_command)
        remote::require_dvc(project);
    remote::Cluster cluster(world, project.config);
    if (remote::refresh_included(world, project.config, cluster,
                                 arguments.dry_run ? remote::Refresh::if_missing
                                                   : remote::Refresh::if_old))
        project = remote::open_project(world, arguments.cluster.value_or(""));
    send::find_predecessors(world, project, cluster, arguments);
    const send::Plan plan =
        send::make_plan(world, project, cluster, arguments,
                        arguments.is_command ? send::Purpose::command : send::Purpose::experiment);
    if (arguments.preflight)
        send::refuse_impossible(cluster, {.sbatch = plan.submission.sbatch,
                                          .tasks = plan.submission.tasks.size(),
                                          .jobs = plan.submission.job_count()});
    send::Sender sender(world, project, cluster, plan,
                        base::trim("rdvc run " + base::quote_all(words)), words);
    describe(world.console, plan, sender);
    describe_sweep(world.console, plan.submission);
    if (arguments.dry_run) {
        describe_data(world.console, plan);
        world.console.data(sender.script());
        describe_tasks(world.console, plan.submission);
        world.console.note("nothing was submitted (--dry-run)");
        return Exit::done;
    }
    ask_if_large(world, project, arguments, plan.submission);
    const bool comes_back = plan.submission.kind == submission::Kind::experiment ||
                            !plan.submission.facts.outputs.empty();
    sender.send([&](const ledger::Record& record) {
        report_submitted(world.console, record, arguments.json);
        world.console.note(what_to_type_next(record, comes_back));
    });
    return Exit::done;
}

} // namespace rdvc::commands
