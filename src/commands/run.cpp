// `rdvc run`: an order is prepared, described, and shipped.

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "commands/command.hpp"
#include "commands/order.hpp"
#include "commands/shipment.hpp"

namespace rdvc::commands {

using base::Exit;

namespace {

void describe_snapshot(const cli::Console& console, const project::Snapshot& snapshot) {
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

void describe(const cli::Console& console, const Order& order, const Shipment& shipment) {
    const auto& facts = order.submission.facts;
    const std::string at = fmt::format("{} ({})", facts.commit.substr(0, 10),
                                       facts.branch.empty() ? "detached HEAD" : facts.branch);
    const auto with = changes(order.snapshot);
    if (order.submission.code == "origin")
        console.note(fmt::format("code: {} from {}", at, facts.origin_url));
    else
        console.note(fmt::format("code: {}{}{}, {} to send, {}", at, with.empty() ? "" : " + ",
                                 with, base::count(shipment.objects(), "Git object"),
                                 base::bytes(shipment.size())));
    describe_snapshot(console, order.snapshot);
    for (const auto& line : base::lines(base::first_lines(order.filtered)))
        console.note("as it is here, not as Git has it: " + line);
    if (order.left_here > 0)
        console.note(fmt::format("left here: {} (--only-committed)",
                                 base::count(order.left_here, "uncommitted change")));
    if (order.submission.kind == submission::Kind::command)
        console.note(facts.outputs.empty()
                         ? "back:  nothing but the log (no --output, and no run.output)"
                         : "back:  what is new or changed in " + base::join(facts.outputs, ", "));
    for (const auto& submodule : facts.submodules)
        console.note(
            fmt::format("submodule {} at {}", submodule.path, submodule.commit.substr(0, 10)));
    if (shipment.is_cut())
        console.warn(
            "the history is larger than run.max_history and is not sent: the job sees this "
            "commit alone, without tags");
}

// What would travel beside the code; the cluster is not asked what it has.
void describe_data(const cli::Console& console, const Order& order) {
    if (order.submission.kind == submission::Kind::command)
        return;
    if (order.submission.data != "ssh") {
        console.note("data: by the project's DVC remote");
        return;
    }
    const auto& objects = order.inputs.objects;
    if (objects.empty())
        return;
    std::uint64_t size = 0;
    for (const auto& object : objects)
        size += object.size.value_or(0);
    console.note(fmt::format("data: {}, {}; of these what the cluster lacks is sent",
                             base::count(objects.size(), "object"), base::bytes(size)));
}

} // namespace

Exit run(cli::World& world, const Words& words) {
    const auto arguments = submission::parse_run_arguments(words);
    if (arguments.help) {
        cli::Console::data(run_help());
        return Exit::done;
    }
    if (arguments.quiet || arguments.verbose)
        world.console.verbosity = arguments.quiet ? cli::Verbosity::quiet : cli::Verbosity::verbose;
    Project project = open_project(world, arguments.cluster.value_or(""));
    if (!arguments.is_command)
        require_dvc(project);
    Cluster cluster(world, project.config);
    const Order order = prepare(world, project, cluster, arguments,
                                arguments.is_command ? Purpose::command : Purpose::experiment);
    Shipment shipment(world, project, cluster, order,
                      base::trim("rdvc run " + base::quote_all(words)), words);
    describe(world.console, order, shipment);
    if (arguments.dry_run) {
        describe_data(world.console, order);
        cli::Console::data(shipment.script());
        world.console.note("nothing was submitted (--dry-run)");
        return Exit::done;
    }
    const bool comes_back = order.submission.kind == submission::Kind::experiment ||
                            !order.submission.facts.outputs.empty();
    shipment.send([&](const ledger::Record& record) {
        report_submitted(world.console, record, arguments.json);
        world.console.note(fmt::format("next:  rdvc logs -f {0}    rdvc status    rdvc wait {0}{1}",
                                       record.job,
                                       comes_back ? " && rdvc pull " + record.job : ""));
    });
    return Exit::done;
}

} // namespace rdvc::commands
