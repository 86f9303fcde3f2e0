#include "bring/outputs.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "bring/job_folder.hpp"
#include "project/arrivals.hpp"
#include "submission/token.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

namespace {

std::string name_of(const state::Record& record) {
    return base::printable(state::field(record.notes, "name"));
}

// True if the output should be brought; warns or throws if it was requested and there is none.
bool is_wanted(const world::World& world, const state::Record& record, const PullRequest& request,
               const state::Overview& overview) {
    const auto state = state::derive_state(record, overview);
    const bool ended = !record.result.empty();
    if (request.tokens.empty())
        return state.kind() == state::Kind::done && record.output() > 0 && !record.pulled &&
               !request.no_data;
    if (ended && record.output() > 0) {
        if (request.no_data)
            world.console.note(name_of(record) +
                               " has output, which was not requested (--no-data)");
        else if (state.kind() != state::Kind::done)
            world.console.note(fmt::format("{} is {}; this is what it had written until then",
                                           name_of(record), state.word));
        return !request.no_data;
    }
    if (state.kind() == state::Kind::done) {
        world.console.note(name_of(record) + " has left no output");
        return false;
    }
    // After a signal, the result comes first, and then what takes longer.
    const bool is_ending = ended && !record.phases.empty() && record.phases.back().second != "end";
    throw Error(Exit::failed, fmt::format("{} has no output to pull: {}", record.id(), state.word))
        .context(is_ending ? "its job is still storing it, or was killed while it did"
                           : state.detail)
        .hint(state::next_command(state.kind(), record.id()));
}

// Tells the cluster what can be cleaned.
void mark_as_pulled(remote::Cluster& cluster, const std::string& token) {
    script::Variables variables;
    variables.words = {{"token", token}, {"folder", "output"}, {"action", "pulled"}};
    cluster.ask("output", variables, [](const transport::Frame&) {});
}

// The folders that this laptop recorded when it submitted. Nothing if it did not: the cluster's
// word does not count.
std::optional<std::vector<std::string>> folders_of(const world::World& world,
                                                   const std::string& token) {
    for (const auto& record : remote::open_ledger(world).read())
        if (record.token == token)
            return record.outputs;
    return std::nullopt;
}

Error undeclared(const std::vector<fs::path>& outside, const std::vector<std::string>& folders) {
    std::vector<std::string> names;
    for (const auto& path : outside)
        names.push_back(base::printable(path.string()));
    return Error(Exit::failed,
                 fmt::format("the cluster sent files from outside of {}; nothing was changed here",
                             folders.empty() ? "any --output" : base::join(folders, ", ")))
        .context(base::first_lines(names));
}

// Where the output of another laptop's submission goes; several may have one name.
std::string name_apart(const state::Record& record) {
    return state::field(record.notes, "name") + "-" + record.token.substr(0, 8);
}

// True if another laptop submitted it and its output is already in a folder of its own here: to get
// it again, name it.
bool is_apart(const world::World& world, const remote::Project& project,
              const state::Record& record) {
    return !folders_of(world, record.token) &&
           fs::exists(folder_apart(project, "outputs", name_apart(record)));
}

// Moves the files in `into` to their places. False if these are not known here.
bool place(world::World& world, const remote::Project& project, const state::Record& record,
           const PullRequest& request, const fs::path& into) {
    const auto known = folders_of(world, record.token);
    const auto folders = known ? *known : remote::declared_outputs(project, request.folders);
    const auto outside = project::arrivals_outside(into, folders);
    if (known && !outside.empty())
        throw undeclared(outside, folders);
    leave_out_guarded(world, into, folders);
    if (!outside.empty()) {
        const auto apart = put_apart(project, "outputs", name_apart(record), into);
        world.console.data(
            fmt::format("pulled the output of {} to {}\n", name_of(record),
                        apart.lexically_relative(project.repository.top).generic_string()));
        world.console.note(
            fmt::format("another laptop submitted it, so its folders are not known here; `rdvc "
                        "pull --output FOLDER {}` puts its files into the work tree",
                        record.id()));
        return false;
    }
    const auto placed = project::put_into_place(
        into, project.repository.top, request.force ? project::Replace::yes : project::Replace::no);
    world.console.data(fmt::format(
        "pulled the output of {}: {}{}\n", name_of(record), base::count(placed.written, "file"),
        placed.same == 0 ? "" : fmt::format(", {} more already here", placed.same)));
    return true;
}

void bring(world::World& world, const remote::Project& project, remote::Cluster& cluster,
           const state::Record& record, const state::Overview& overview,
           const PullRequest& request) {
    const auto into = waiting_folder(world, project, "pull-" + record.token);
    const JobFolder there{.token = record.token,
                          .folder = "output",
                          .place = record.folder(overview.dir) + "/output",
                          .has_rsync = overview.has_rsync};
    try {
        bring_folder(world, cluster, there, into);
    } catch (Error& error) {
        if (error.hint().empty())
            error.hint(fmt::format("`rdvc pull {}` continues", record.id()));
        throw;
    }
    const bool in_place = place(world, project, record, request, into);
    base::remove_tree(into);
    if (in_place) // otherwise the laptop that submitted it still needs it
        mark_as_pulled(cluster, record.token);
}

} // namespace

PulledOutputs pull_outputs(world::World& world, const remote::Project& project,
                           remote::Cluster& cluster, const PullRequest& request,
                           state::Overview& overview) {
    const auto is_asked_for = [&](const state::Record& record) {
        const auto& tokens = request.tokens;
        return tokens.empty() ||
               std::find(tokens.begin(), tokens.end(), record.token) != tokens.end();
    };
    std::vector<state::Record> commands;
    for (const auto& record : overview.submissions) // a token becomes part of a path
        if (record.is_command() && submission::is_token(record.token) && is_asked_for(record))
            commands.push_back(record);
    std::reverse(commands.begin(), commands.end());
    PulledOutputs pulled;
    for (const auto& record : commands) {
        pulled.said = pulled.said || !request.tokens.empty();
        if (!is_wanted(world, record, request, overview) ||
            (request.tokens.empty() && is_apart(world, project, record)))
            continue;
        pulled.said = true;
        try {
            bring(world, project, cluster, record, overview, request);
        } catch (const Error& error) {
            if (error.code() != Exit::failed)
                throw;
            world.console.error(error.message());
            pulled.exit = Exit::failed;
        }
    }
    std::erase_if(overview.submissions,
                  [](const state::Record& record) { return record.is_command(); });
    return pulled;
}

} // namespace rdvc::bring
