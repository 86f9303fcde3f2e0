// `rdvc status`: the submissions of this project with their state and phase.

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "remote/identity.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"
#include "submission/mirror.hpp"

namespace rdvc::commands {

using base::Exit;

namespace {

// The result's current name, which differs from the requested one if that was taken.
std::string name_of(const state::Record& record) {
    const auto published = state::field(record.result, "name");
    return published.empty() ? state::field(record.notes, "name") : published;
}

std::string phase_and_age(const state::Record& record, const state::State& state,
                          const state::Overview& overview) {
    if (record.phases.empty() || state::has_result(state.kind()) ||
        state.kind() == state::Kind::built)
        return "";
    const bool ended = !record.result.empty();
    const auto since = overview.time - static_cast<std::int64_t>(record.phases.back().first);
    return ended ? state.phase
                 : fmt::format("{}, {}", state.phase, base::age(std::max<std::int64_t>(since, 0)));
}

nlohmann::json to_json(const state::Record& record, const state::State& state) {
    nlohmann::json phases = nlohmann::json::array();
    for (const auto& [start, name] : record.phases)
        phases.push_back({{"start", start}, {"phase", name}});
    return {{"token", record.token},
            {"job", record.job},
            {"name", name_of(record)},
            {"kind", record.is_command() ? "command" : "experiment"},
            {"state", state.word},
            {"phase", state.phase},
            {"detail", state.detail},
            {"ref", state::field(record.result, "ref")},
            {"commit", state::field(record.notes, "commit")},
            {"snapshot", state::field(record.notes, "snapshot")},
            {"exit", state::field(record.result, "exit")},
            {"node", state::field(record.result, "node")},
            {"kept", state::field(record.result, "kept")},
            {"output", record.output()},
            {"pulled", record.pulled},
            {"time", state::field(record.notes, "time")},
            {"command", state::field(record.notes, "command")},
            {"phases", phases}};
}

// Everything that is known about one submission.
std::string describe(const state::Record& record, const state::State& state,
                     const state::Overview& overview, const std::string& cluster) {
    std::string text;
    const auto line = [&text](std::string_view key, const std::string& value) {
        if (!value.empty())
            text += fmt::format("{:<12} {}\n", key, base::printable(value));
    };
    line(record.is_command() ? "name" : "experiment", name_of(record));
    line("state", state.word + (state.detail.empty() ? "" : ": " + state.detail));
    line("job", record.job);
    line("node", state::field(record.result, "node"));
    line("token", record.token);
    line("command", state::field(record.notes, "command"));
    line("commit", state::field(record.notes, "commit"));
    line("snapshot", state::field(record.notes, "snapshot"));
    line("submitted", state::field(record.notes, "time"));
    for (std::size_t i = 0; i < record.phases.size(); ++i) {
        const auto& [start, name] = record.phases[i];
        const bool last = i + 1 == record.phases.size();
        if (last && !record.result.empty())
            continue;
        const double end = last ? static_cast<double>(overview.time) : record.phases[i + 1].first;
        line(i == 0 ? "phases" : "",
             fmt::format("{:<12} {:8.2f} s", name, std::max(0.0, end - start)));
    }
    const auto folder = overview.dir + "/submissions/" + record.token;
    line("log",
         record.job.empty() ? "" : fmt::format("{}:{}/slurm-{}.out", cluster, folder, record.job));
    if (record.output() > 0)
        line("output",
             fmt::format("{}{}", base::count(record.output(), "file"),
                         record.pulled ? "" : ", not pulled yet: rdvc pull " + record.job));
    if (const auto partial = base::parse_number(state::field(record.result, "partial")))
        line("partial",
             fmt::format("{}: rdvc pull --partial {}", base::count(*partial, "file"), record.id()));
    line("kept", state::field(record.result, "kept"));
    if (state::may_be_recovered(record, overview))
        text += fmt::format("\nnext: rdvc recover {}\n", record.id());
    return text;
}

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
    cli::Options options("status", "Lists this project's submissions and their state.");
    options.number("-n,--limit", limit, "how many, newest first");
    one.add_to(options);
    options.flag("--json", json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    auto [project, cluster, token] = one.find(world);
    const auto overview =
        remote::ask_overview(cluster, project.mirror, token, token.empty() ? limit : 1);

    if (json) {
        nlohmann::json all = nlohmann::json::array();
        for (const auto& record : overview.submissions)
            all.push_back(to_json(record, state::derive_state(record, overview)));
        world.console.data(all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                           "\n");
        return Exit::done;
    }
    if (!overview.squeue_answered)
        world.console.warn("squeue does not answer: " + overview.squeue_words);
    if (!token.empty()) {
        for (const auto& record : overview.submissions)
            if (record.token == token)
                world.console.data(describe(record, state::derive_state(record, overview), overview,
                                            cluster.name()));
        if (overview.submissions.empty())
            world.console.note("the cluster has no trace of this submission");
        return Exit::done;
    }
    std::vector<std::vector<std::string>> rows = {
        {"EXPERIMENT", "JOB", "STATE", "PHASE", "DETAIL"}};
    for (const auto& record : overview.submissions) {
        const auto state = state::derive_state(record, overview);
        rows.push_back({name_of(record), record.job.empty() ? "-" : record.job, state.word,
                        phase_and_age(record, state, overview), state.detail});
    }
    if (rows.size() == 1)
        note_nothing(world, project, cluster.name());
    else
        world.console.data(world::table(rows));
    return Exit::done;
}

} // namespace rdvc::commands
