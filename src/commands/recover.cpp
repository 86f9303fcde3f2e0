// `rdvc recover`: publishes what a job could not. The login node does this from the kept workspace,
// which stays until the result is written.

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "bring/recovery.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "project/dvc.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

std::string state_of(const bring::Recovery& recovery) {
    return base::printable(state::field(recovery.result, "state"));
}

void report(const world::World& world, const remote::Project& project,
            const bring::Recovery& recovery) {
    const auto commit = base::printable(state::field(recovery.result, "commit")).substr(0, 10);
    const bool is_new = !state::field(recovery.result, "recovered").empty();
    const bool is_command = state_of(recovery) != "published";
    const auto output = base::printable(state::field(recovery.result, "output"));
    if (is_command && !is_new)
        world.console.data(fmt::format("{} is {} already\n", recovery.name(), state_of(recovery)));
    else if (is_command)
        world.console.data(
            fmt::format("recovered {}: {} of output\n", recovery.name(), output + " file(s)"));
    else if (!is_new)
        world.console.data(fmt::format("{} is already published ({})\n", recovery.name(), commit));
    else
        world.console.data(fmt::format("recovered {} ({})\n", recovery.name(), commit));
    const auto message = base::printable(state::field(recovery.result, "message"));
    if (!message.empty())
        world.console.note(message);
    if (!is_command || (!output.empty() && output != "0"))
        world.console.note("next:  rdvc pull " + recovery.id());
    if (state::field(recovery.result, "data") == "ssh" &&
        project::has_dvc_remote(project.dvc_project))
        world.console.note(fmt::format(
            "its data is in the cluster's cache, and rdvc pull brings it from there; the DVC "
            "remote still lacks it:\n  rdvc pull {}; dvc exp apply {}; dvc push",
            recovery.id(), recovery.name()));
}

// Result or reason, as one object.
nlohmann::json to_json(const bring::Recovery& recovery, const std::optional<Error>& error) {
    return {{"token", recovery.target.token},
            {"job", state::field(recovery.result, "job")},
            {"name", state::field(recovery.result, "name").empty()
                         ? state::field(recovery.words, "name")
                         : state::field(recovery.result, "name")},
            {"recovered", !error},
            {"state", state::field(recovery.result, "state")},
            {"ref", state::field(recovery.result, "ref")},
            {"commit", state::field(recovery.result, "commit")},
            {"data", state::field(recovery.result, "data")},
            {"kept", state::field(recovery.words, "kept")},
            {"missing", recovery.missing},
            {"error", error ? error->what() : ""}};
}

// The exit code for several: an unknown outcome outweighs a failure.
Exit worse(Exit one, Exit other) {
    if (one == Exit::unknown || other == Exit::unknown)
        return Exit::unknown;
    return one == Exit::done ? other : one;
}

struct Asked {
    std::string submission;
    std::string cluster;
    std::string into;
    bool here = false;
    bool json = false;
};

bool read_words(world::Console& console, const Words& words, Asked& asked) {
    cli::Options options("recover", "Publishes results that their jobs could not publish.");
    options
        .word("SUBMISSION", asked.submission,
              "a job id, an experiment's name or a token; default: all of this project's")
        .flag("--here", asked.here,
              "bring the kept workspace's experiment and new files here instead")
        .text("--into", asked.into, "with --here: a new folder (default: .rdvc/recovered/NAME)",
              "DIR")
        .flag("--json", asked.json, "as JSON")
        .text("--cluster", asked.cluster, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, console))
        return false;
    if (asked.here && asked.submission.empty())
        throw Error(Exit::usage, "`rdvc recover --here` needs a submission")
            .hint("`rdvc recover` lists those that could not be published");
    if (!asked.here && !asked.into.empty())
        throw Error(Exit::usage, "`--into` needs `--here`");
    return true;
}

} // namespace

Exit recover(world::World& world, const Words& words) {
    Asked asked;
    if (!read_words(world.console, words, asked))
        return Exit::done;
    const remote::Project project = remote::open_project(world, asked.cluster);
    remote::Cluster cluster(world, project.config);
    const bool one = !asked.submission.empty();
    const auto targets =
        one ? std::vector{remote::find_target(world, cluster, project.mirror, asked.submission)}
            : bring::find_unpublished(project, cluster);
    if (asked.here) {
        bring::recover_here(world, project, cluster, targets.front(), asked.into);
        return Exit::done;
    }
    if (targets.empty())
        world.console.note("this project has nothing to recover");
    nlohmann::json all = nlohmann::json::array();
    auto exit = Exit::done;
    for (const auto& target : targets) {
        const auto recovery = bring::ask_to_recover(world, project, cluster, target, "publish");
        auto error = bring::hindrance(recovery, cluster.name());
        if (!error)
            error = bring::obstacle(recovery, cluster.name());
        if (asked.json)
            all.push_back(to_json(recovery, error));
        else if (error && one)
            throw Error(*error);
        else if (error)
            world.console.error(error->message());
        else
            report(world, project, recovery);
        exit = worse(exit, error ? error->code() : Exit::done);
    }
    if (asked.json)
        world.console.data(all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                           "\n");
    return exit;
}

} // namespace rdvc::commands
