// `rdvc run`: plans a submission, describes it, and sends it.

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "commands/command.hpp"
#include "commands/submitted.hpp"
#include "send/plan.hpp"
#include "send/submit.hpp"

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
    if (const auto news = sender.environment_news(); !news.empty())
        console.note("environment: " + news);
    for (const auto& line : base::lines(base::first_lines(plan.filtered)))
        console.note("as it is here, not as it is in Git: " + line);
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
    const auto arguments = submission::parse_run_arguments(words);
    if (arguments.help) {
        world.console.data(run_help());
        return Exit::done;
    }
    if (arguments.quiet || arguments.verbose)
        world.console.verbosity =
            arguments.quiet ? world::Verbosity::quiet : world::Verbosity::verbose;
    remote::Project project = remote::open_project(world, arguments.cluster.value_or(""));
    if (!arguments.is_command)
        remote::require_dvc(project);
    remote::Cluster cluster(world, project.config);
    const send::Plan plan =
        send::make_plan(world, project, cluster, arguments,
                        arguments.is_command ? send::Purpose::command : send::Purpose::experiment);
    send::Sender sender(world, project, cluster, plan,
                        base::trim("rdvc run " + base::quote_all(words)), words);
    describe(world.console, plan, sender);
    if (arguments.dry_run) {
        describe_data(world.console, plan);
        world.console.data(sender.script());
        world.console.note("nothing was submitted (--dry-run)");
        return Exit::done;
    }
    const bool comes_back = plan.submission.kind == submission::Kind::experiment ||
                            !plan.submission.facts.outputs.empty();
    sender.send([&](const ledger::Record& record) {
        report_submitted(world.console, record, arguments.json);
        world.console.note(fmt::format("next:  rdvc logs -f {0}    rdvc status    rdvc wait {0}{1}",
                                       record.job,
                                       comes_back ? " && rdvc pull " + record.job : ""));
    });
    return Exit::done;
}

} // namespace rdvc::commands
