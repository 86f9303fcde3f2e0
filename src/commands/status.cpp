// `rdvc status`: the submissions of this project with their state and phase.

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/cluster.hpp"
#include "remote/identity.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"
#include "submission/mirror.hpp"

namespace rdvc::commands {

using base::Exit;

namespace {

// The name that the result has now: another than was asked for where that was taken.
std::string name_of(const state::Record& kept) {
    const auto published = state::field(kept.result, "name");
    return published.empty() ? state::field(kept.notes, "name") : published;
}

std::string phase_and_age(const state::Record& kept, const state::State& state,
                          const state::Overview& overview) {
    if (kept.phases.empty() || state::has_result(state.kind()) ||
        state.kind() == state::Kind::built)
        return "";
    const bool ended = !kept.result.empty();
    const auto since = overview.time - static_cast<std::int64_t>(kept.phases.back().first);
    return ended ? state.phase
                 : fmt::format("{}, {}", state.phase, base::age(std::max<std::int64_t>(since, 0)));
}

nlohmann::json to_json(const state::Record& kept, const state::State& state) {
    nlohmann::json phases = nlohmann::json::array();
    for (const auto& [start, name] : kept.phases)
        phases.push_back({{"start", start}, {"phase", name}});
    return {{"token", kept.token},
            {"job", kept.job},
            {"name", name_of(kept)},
            {"kind", kept.is_command() ? "command" : "experiment"},
            {"state", state.word},
            {"phase", state.phase},
            {"detail", state.detail},
            {"ref", state::field(kept.result, "ref")},
            {"commit", state::field(kept.notes, "commit")},
            {"snapshot", state::field(kept.notes, "snapshot")},
            {"exit", state::field(kept.result, "exit")},
            {"node", state::field(kept.result, "node")},
            {"kept", state::field(kept.result, "kept")},
            {"output", kept.output()},
            {"pulled", kept.pulled},
            {"time", state::field(kept.notes, "time")},
            {"command", state::field(kept.notes, "command")},
            {"phases", phases}};
}

// All that is known of one submission.
std::string describe(const state::Record& kept, const state::State& state,
                     const state::Overview& overview, const std::string& cluster) {
    std::string text;
    const auto line = [&text](std::string_view key, const std::string& value) {
        if (!value.empty())
            text += fmt::format("{:<12} {}\n", key, base::printable(value));
    };
    line(kept.is_command() ? "name" : "experiment", name_of(kept));
    line("state", state.word + (state.detail.empty() ? "" : ": " + state.detail));
    line("job", kept.job);
    line("node", state::field(kept.result, "node"));
    line("token", kept.token);
    line("command", state::field(kept.notes, "command"));
    line("commit", state::field(kept.notes, "commit"));
    line("snapshot", state::field(kept.notes, "snapshot"));
    line("submitted", state::field(kept.notes, "time"));
    for (std::size_t i = 0; i < kept.phases.size(); ++i) {
        const auto& [start, name] = kept.phases[i];
        const bool last = i + 1 == kept.phases.size();
        if (last && !kept.result.empty())
            continue;
        const double end = last ? static_cast<double>(overview.time) : kept.phases[i + 1].first;
        line(i == 0 ? "phases" : "",
             fmt::format("{:<12} {:8.2f} s", name, std::max(0.0, end - start)));
    }
    const auto folder = overview.dir + "/submissions/" + kept.token;
    line("log",
         kept.job.empty() ? "" : fmt::format("{}:{}/slurm-{}.out", cluster, folder, kept.job));
    if (kept.output() > 0)
        line("output", fmt::format("{}{}", base::count(kept.output(), "file"),
                                   kept.pulled ? "" : ", not pulled yet: rdvc pull " + kept.job));
    if (const auto partial = base::parse_number(state::field(kept.result, "partial")))
        line("partial",
             fmt::format("{}: rdvc pull --partial {}", base::count(*partial, "file"), kept.id()));
    line("kept", state::field(kept.result, "kept"));
    if (state::may_be_recovered(kept, overview))
        text += fmt::format("\nnext: rdvc recover {}\n", kept.id());
    return text;
}

// Nothing is listed: perhaps since the project has become another one.
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
    std::string submission;
    std::string cluster_name;
    unsigned limit = 20;
    bool json = false;
    cli::Options options("status", "This project's submissions and their state.");
    options
        .word("SUBMISSION", submission,
              "a job id, an experiment's name or a token; all that is known of it")
        .number("-n,--limit", limit, "how many, newest first")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME")
        .flag("--json", json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    const remote::Project project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    const auto token = submission.empty()
                           ? ""
                           : remote::find_submission(world, cluster, project.mirror, submission);
    const auto overview =
        remote::ask_overview(cluster, project.mirror, token, token.empty() ? limit : 1);

    if (json) {
        nlohmann::json all = nlohmann::json::array();
        for (const auto& kept : overview.submissions)
            all.push_back(to_json(kept, state::derive_state(kept, overview)));
        world.console.data(all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                           "\n");
        return Exit::done;
    }
    if (!overview.squeue_answered)
        world.console.warn("squeue does not answer: " + overview.squeue_words);
    if (!token.empty()) {
        for (const auto& kept : overview.submissions)
            if (kept.token == token)
                world.console.data(
                    describe(kept, state::derive_state(kept, overview), overview, cluster.name()));
        if (overview.submissions.empty())
            world.console.note("the cluster has no trace of this submission");
        return Exit::done;
    }
    std::vector<std::vector<std::string>> rows = {
        {"EXPERIMENT", "JOB", "STATE", "PHASE", "DETAIL"}};
    for (const auto& kept : overview.submissions) {
        const auto state = state::derive_state(kept, overview);
        rows.push_back({name_of(kept), kept.job.empty() ? "-" : kept.job, state.word,
                        phase_and_age(kept, state, overview), state.detail});
    }
    if (rows.size() == 1)
        note_nothing(world, project, cluster.name());
    else
        world.console.data(world::table(rows));
    return Exit::done;
}

} // namespace rdvc::commands
