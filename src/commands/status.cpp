// `rdvc status`: the submissions of this project with their state and phase.

#include <fmt/core.h>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "commands/status_watch.hpp"
#include "remote/identity.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/describe.hpp"
#include "state/json.hpp"
#include "submission/mirror.hpp"

namespace rdvc::commands {

using base::Exit;

namespace {

// If nothing is listed, the project's identity may have changed.
void note_nothing(world::World& world, const remote::Project& project, const std::string& cluster) {
    world.console.note("this project has no submission on " + cluster);
    const auto mirror = remote::earlier_mirror(world, project);
    if (!mirror)
        return;
    const auto [name, digits] = submission::parts_of(*mirror);
    const bool has_id = !project.config.text("project.id").empty();
    world.console.note(fmt::format(
        "{} of this laptop's, when it was `{}-{}`, will be listed with",
        base::count(remote::submissions_to(world, *mirror), "submission"), name, digits));
    for (const auto& line : {std::string("[project]"), "id = " + config::toml_string(digits),
                             "name = " + config::toml_string(name)})
        world.console.note("  " + line);
    world.console.note(fmt::format("in {}{}", project.config_file().string(),
                                   has_id ? "" : "; `rdvc init project` writes it"));
}

} // namespace

Exit status(world::World& world, const Words& words) {
    OneSubmission one(Unnamed::all);
    unsigned limit = 20;
    bool json = false;
    bool watch = false;
    cli::Options options("status", "Lists this project's submissions and their state.");
    options.number("-n,--limit", limit, "how many, newest first");
    one.add_to(options);
    options
        .flag("--watch", watch, "the whole terminal, until `q`; arrow keys lead to logs and back")
        .flag("--json", json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    auto [project, cluster, target, token, task] = one.find(world);
    if (watch) {
        watch_status(world, project, cluster, limit);
        return Exit::done;
    }
    const auto overview =
        remote::ask_overview(cluster, project.mirror, token, token.empty() ? limit : 1);

    if (json) {
        world.console.data(state::as_json(overview));
        return Exit::done;
    }
    if (!overview.squeue_answered)
        world.console.warn("squeue does not answer: " + overview.squeue_words);
    if (!token.empty()) {
        for (const auto& record : overview.submissions) {
            if (record.token != token)
                continue;
            const auto one_job = target.task == 0 ? record : record.of_task(target.task);
            world.console.data(state::describe(one_job, overview, cluster.name()));
        }
        if (overview.submissions.empty())
            world.console.note("the cluster has no trace of this submission");
        return Exit::done;
    }
    std::vector<std::vector<std::string>> rows = {
        {"EXPERIMENT", "JOB", "STATE", "PHASE", "DETAIL"}};
    for (const auto& record : overview.submissions)
        rows.push_back(state::row_of(record, overview));
    if (rows.size() == 1)
        note_nothing(world, project, cluster.name());
    else
        world.console.data(base::columns(rows));
    return Exit::done;
}

} // namespace rdvc::commands
