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

std::string name_of(const state::Record& kept) {
    return base::printable(state::field(kept.notes, "name"));
}

// True if the output shall be brought; says so or throws where it was asked for and there is none.
bool is_wanted(const world::World& world, const state::Record& kept, const PullRequest& request,
               const state::Overview& overview) {
    const auto state = state::derive_state(kept, overview);
    const bool ended = !kept.result.empty();
    if (request.tokens.empty())
        return state.kind() == state::Kind::done && kept.output() > 0 && !kept.pulled &&
               !request.no_data;
    if (ended && kept.output() > 0) {
        if (request.no_data)
            world.console.note(name_of(kept) + " has output, which was not asked for (--no-data)");
        else if (state.kind() != state::Kind::done)
            world.console.note(fmt::format("{} is {}; this is what it had written until then",
                                           name_of(kept), state.word));
        return !request.no_data;
    }
    if (state.kind() == state::Kind::done) {
        world.console.note(name_of(kept) + " has left no output");
        return false;
    }
    // After a signal the word comes first, then what takes time.
    const bool is_ending = ended && !kept.phases.empty() && kept.phases.back().second != "end";
    throw Error(Exit::failed, fmt::format("{} has no output to pull: {}", kept.id(), state.word))
        .context(is_ending ? "its job is still putting it aside, or was killed while it did"
                           : state.detail)
        .hint(state::next_command(state.kind(), kept.id()));
}

// So that the cluster knows what can be cleaned.
void mark_as_pulled(remote::Cluster& cluster, const std::string& token) {
    script::Variables variables;
    variables.words = {{"token", token}, {"folder", "output"}, {"action", "pulled"}};
    cluster.ask("output", variables, [](const transport::Frame&) {});
}

// The folders that this laptop wrote down when it submitted. Nothing where it did not: no word of
// the cluster's stands for it.
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

// Where what another laptop submitted is put; several may have one name.
std::string name_apart(const state::Record& kept) {
    return state::field(kept.notes, "name") + "-" + kept.token.substr(0, 8);
}

// True if another laptop submitted it and it has been put apart here: whoever wants it again names
// it.
bool is_apart(const world::World& world, const remote::Project& project,
              const state::Record& kept) {
    return !folders_of(world, kept.token) &&
           fs::exists(folder_apart(project, "outputs", name_apart(kept)));
}

// Puts what has arrived in `into` where it belongs. False if that is not known here.
bool place(world::World& world, const remote::Project& project, const state::Record& kept,
           const PullRequest& request, const fs::path& into) {
    const auto known = folders_of(world, kept.token);
    const auto folders = known ? *known : remote::declared_outputs(project, request.folders);
    const auto outside = project::arrivals_outside(into, folders);
    if (known && !outside.empty())
        throw undeclared(outside, folders);
    leave_out_guarded(world, into, folders);
    if (!outside.empty()) {
        const auto apart = put_apart(project, "outputs", name_apart(kept), into);
        world.console.data(
            fmt::format("pulled the output of {} to {}\n", name_of(kept),
                        apart.lexically_relative(project.repository.top).generic_string()));
        world.console.note(fmt::format(
            "another laptop submitted it, so its folders are not known here; `rdvc pull --output "
            "FOLDER {}` puts them into the work tree",
            kept.id()));
        return false;
    }
    const auto placed = project::put_into_place(
        into, project.repository.top, request.force ? project::Replace::yes : project::Replace::no);
    world.console.data(fmt::format(
        "pulled the output of {}: {}{}\n", name_of(kept), base::count(placed.written, "file"),
        placed.same == 0 ? "" : fmt::format(", {} more as here already", placed.same)));
    return true;
}

void bring(world::World& world, const remote::Project& project, remote::Cluster& cluster,
           const state::Record& kept, const state::Overview& overview, const PullRequest& request) {
    const auto into = waiting_folder(world, project, "pull-" + kept.token);
    const JobFolder there{.token = kept.token,
                          .folder = "output",
                          .place = kept.folder(overview.dir) + "/output",
                          .has_rsync = overview.has_rsync};
    try {
        bring_folder(world, cluster, there, into);
    } catch (Error& error) {
        if (error.hint().empty())
            error.hint(fmt::format("`rdvc pull {}` goes on with it", kept.id()));
        throw;
    }
    const bool in_place = place(world, project, kept, request, into);
    base::remove_tree(into);
    if (in_place) // else the laptop that submitted it still wants it
        mark_as_pulled(cluster, kept.token);
}

} // namespace

PulledOutputs pull_outputs(world::World& world, const remote::Project& project,
                           remote::Cluster& cluster, const PullRequest& request,
                           state::Overview& overview) {
    const auto is_asked_for = [&](const state::Record& kept) {
        const auto& tokens = request.tokens;
        return tokens.empty() ||
               std::find(tokens.begin(), tokens.end(), kept.token) != tokens.end();
    };
    std::vector<state::Record> commands;
    for (const auto& kept : overview.submissions) // a token becomes part of a path
        if (kept.is_command() && submission::is_token(kept.token) && is_asked_for(kept))
            commands.push_back(kept);
    std::reverse(commands.begin(), commands.end());
    PulledOutputs pulled;
    for (const auto& kept : commands) {
        pulled.said = pulled.said || !request.tokens.empty();
        if (!is_wanted(world, kept, request, overview) ||
            (request.tokens.empty() && is_apart(world, project, kept)))
            continue;
        pulled.said = true;
        try {
            bring(world, project, cluster, kept, overview, request);
        } catch (const Error& error) {
            if (error.code() != Exit::failed)
                throw;
            world.console.error(error.message());
            pulled.exit = Exit::failed;
        }
    }
    std::erase_if(overview.submissions,
                  [](const state::Record& kept) { return kept.is_command(); });
    return pulled;
}

} // namespace rdvc::bring
