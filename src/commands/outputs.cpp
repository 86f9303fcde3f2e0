#include "commands/outputs.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
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

std::string id_of(const Kept& kept) {
    return kept.job.empty() ? kept.token.substr(0, 8) : kept.job;
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
    throw Error(Exit::failed, fmt::format("{} has no output to pull: {}", id_of(kept), state.word))
        .context(is_ending ? "its job is still putting it aside, or was killed while it did"
                           : state.detail)
        .hint((waits ? "rdvc wait " : "rdvc status ") + id_of(kept));
}

// Into the folder `into`, which may hold a part from an earlier time. False where it takes another
// way: one side has no rsync, or the host's name looks like a path to it.
bool bring_by_rsync(cli::World& world, Cluster& cluster, const std::string& place,
                    const fs::path& into) {
    // Nothing in `into` is trusted, but nothing may be written beside it either. --inplace: a file
    // that was begun is gone on with.
    base::Command rsync{.argv = {"rsync", "--recursive", "--links", "--safe-links", "--times",
                                 "--executability", "--chmod=Du+rwx,Fu+rw", "--inplace", "--delete",
                                 "--protect-args"},
                        .effect = base::Effect::changes};
    if (!cluster.is_local())
        rsync.argv.insert(rsync.argv.end(), {"-e", cluster.git_ssh_command()});
    rsync.argv.insert(rsync.argv.end(),
                      {"--", (cluster.is_local() ? place : cluster.name() + ":" + place) + "/",
                       into.string() + "/"});
    base::Result result;
    try {
        result = world.runner.run(rsync);
    } catch (const Error& error) {
        if (error.code() != Exit::not_ready) // it cannot be started
            throw;
        return false;
    }
    // One side's is too old for these options, or speaks another protocol; the other shell found
    // none.
    constexpr auto cannot = std::to_array({1, 2, 4, 127});
    if (std::find(cannot.begin(), cannot.end(), result.status) != cannot.end())
        return false;
    if (result.status != 0)
        throw Error(Exit::failed, "rsync could not bring the output").context(result.err);
    return true;
}

// All at once; nothing is left of an earlier time.
void bring_by_tar(cli::World& world, Cluster& cluster, const std::string& token,
                  const fs::path& into) {
    fs::remove_all(into);
    fs::create_directory(into);
    const fs::path file = into.string() + ".tar";
    {
        std::ofstream tar(file, std::ios::binary | std::ios::trunc);
        script::Variables variables;
        variables.words = {{"token", token}, {"action", "send"}};
        bool absent = false;
        cluster.ask(
            "output", variables,
            [&](const transport::Frame& frame) { absent = absent || frame.verb == "absent"; },
            [&tar](std::string_view bytes) {
                tar.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            });
        if (absent)
            throw Error(Exit::failed, "the cluster has the output no more");
        tar.close();
        if (!tar)
            throw Error(Exit::failed, fmt::format("cannot write {}", file.string()));
    }
    const auto result =
        world.runner.run({.argv = {"tar", "--extract", "--no-same-owner", "--no-same-permissions",
                                   "--file", file.string(), "--directory", into.string()},
                          .effect = base::Effect::changes});
    fs::remove(file);
    if (result.status != 0)
        throw Error(Exit::failed, "tar could not unpack the output").context(result.err);
}

// So that the cluster knows what can be cleaned.
void mark_as_pulled(Cluster& cluster, const std::string& token) {
    script::Variables variables;
    variables.words = {{"token", token}, {"action", "pulled"}};
    cluster.ask("output", variables, [](const transport::Frame&) {});
}

void bring(cli::World& world, const Project& project, Cluster& cluster, const Kept& kept,
           const Overview& overview, project::Replace replace) {
    const auto folder = project::git_dir(world.runner, project.repository) / "rdvc";
    const auto into = folder / ("pull-" + kept.token);
    base::make_private_folder(folder);
    fs::create_directory(into);
    const auto place = fmt::format("{}/jobs/{}/0/output", overview.dir, kept.token);
    const bool can_rsync =
        (overview.has_rsync && cluster.name().find(':') == std::string::npos) || cluster.is_local();
    try {
        if (!can_rsync || !bring_by_rsync(world, cluster, place, into))
            bring_by_tar(world, cluster, kept.token, into);
    } catch (Error& error) {
        if (error.hint().empty())
            error.hint(fmt::format("`rdvc pull {}` goes on with it", id_of(kept)));
        throw;
    }
    const auto placed = project::put_into_place(into, project.repository.top, replace);
    fs::remove_all(into);
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
