#include "commands/outputs.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "commands/job_folder.hpp"
#include "project/arrivals.hpp"
#include "submission/token.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

namespace {

std::string name_of(const Kept& kept) {
    return base::printable(field(kept.notes, "name"));
}

// True if the output shall be brought; says so or throws where it was asked for and there is none.
bool is_wanted(const cli::World& world, const Kept& kept, const PullRequest& request,
               const Overview& overview) {
    const auto state = derive_state(kept, overview);
    const bool ended = !kept.result.empty();
    if (request.tokens.empty())
        return state.word == "done" && kept.output() > 0 && !kept.pulled && !request.no_data;
    if (ended && kept.output() > 0) {
        if (request.no_data)
            world.console.note(name_of(kept) + " has output, which was not asked for (--no-data)");
        else if (state.word != "done")
            world.console.note(fmt::format("{} is {}; this is what it had written until then",
                                           name_of(kept), state.word));
        return !request.no_data;
    }
    if (state.word == "done") {
        world.console.note(name_of(kept) + " has left no output");
        return false;
    }
    const bool waits = state.word == "pending" || state.word == "running";
    // After a signal the word comes first, then what takes time.
    const bool is_ending = ended && !kept.phases.empty() && kept.phases.back().second != "end";
    throw Error(Exit::failed, fmt::format("{} has no output to pull: {}", kept.id(), state.word))
        .context(is_ending ? "its job is still putting it aside, or was killed while it did"
                           : state.detail)
        .hint((waits ? "rdvc wait " : "rdvc status ") + kept.id());
}

// So that the cluster knows what can be cleaned.
void mark_as_pulled(Cluster& cluster, const std::string& token) {
    script::Variables variables;
    variables.words = {{"token", token}, {"folder", "output"}, {"action", "pulled"}};
    cluster.ask("output", variables, [](const transport::Frame&) {});
}

void bring(cli::World& world, const Project& project, Cluster& cluster, const Kept& kept,
           const Overview& overview, project::Replace replace) {
    const auto into = waiting_folder(world, project, "pull-" + kept.token);
    const JobFolder there{.token = kept.token,
                          .folder = "output",
                          .place = fmt::format("{}/jobs/{}/0/output", overview.dir, kept.token),
                          .has_rsync = overview.has_rsync};
    try {
        bring_folder(world, cluster, there, into);
    } catch (Error& error) {
        if (error.hint().empty())
            error.hint(fmt::format("`rdvc pull {}` goes on with it", kept.id()));
        throw;
    }
    const auto placed = project::put_into_place(into, project.repository.top, replace);
    base::remove_tree(into);
    mark_as_pulled(cluster, kept.token);
    cli::Console::data(fmt::format(
        "pulled the output of {}: {}{}\n", name_of(kept), base::count(placed.written, "file"),
        placed.same == 0 ? "" : fmt::format(", {} more as here already", placed.same)));
}

} // namespace

PulledOutputs pull_outputs(cli::World& world, const Project& project, Cluster& cluster,
                           const PullRequest& request, Overview& overview) {
    const auto is_asked_for = [&](const Kept& kept) {
        const auto& tokens = request.tokens;
        return tokens.empty() ||
               std::find(tokens.begin(), tokens.end(), kept.token) != tokens.end();
    };
    std::vector<Kept> commands;
    for (const auto& kept : overview.submissions) // a token becomes part of a path
        if (kept.is_command() && submission::is_token(kept.token) && is_asked_for(kept))
            commands.push_back(kept);
    std::reverse(commands.begin(), commands.end());
    PulledOutputs pulled;
    for (const auto& kept : commands) {
        pulled.said = pulled.said || !request.tokens.empty();
        if (!is_wanted(world, kept, request, overview))
            continue;
        pulled.said = true;
        try {
            bring(world, project, cluster, kept, overview,
                  request.force ? project::Replace::yes : project::Replace::no);
        } catch (const Error& error) {
            if (error.code() != Exit::failed)
                throw;
            world.console.error(error.message());
            pulled.exit = Exit::failed;
        }
    }
    std::erase_if(overview.submissions, [](const Kept& kept) { return kept.is_command(); });
    return pulled;
}

} // namespace rdvc::commands
