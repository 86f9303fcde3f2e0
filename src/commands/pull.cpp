// `rdvc pull`: experiments' refs come from the mirror (or origin), their data from the DVC remote.

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/outputs.hpp"
#include "commands/submissions.hpp"
#include "project/dvc.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

struct Result {
    std::string name;
    std::string ref;
    std::string commit;
    bool from_origin = false;
};

std::optional<Result> published(const Kept& kept) {
    const Result result{field(kept.result, "name"), field(kept.result, "ref"),
                        field(kept.result, "commit"), field(kept.notes, "code") == "origin"};
    // Text from the cluster becomes part of a command's arguments.
    const bool sound = result.ref.starts_with("refs/exps/") && !result.commit.empty() &&
                       result.commit.find_first_not_of("0123456789abcdef") == std::string::npos;
    return field(kept.result, "state") == "published" && sound ? std::optional(result)
                                                               : std::nullopt;
}

// What the Git repository at `source` gives of `results`; a note about those that it has no more.
std::vector<Result> still_there(cli::World& world, const base::Command& fetch,
                                const std::string& source, const std::vector<Result>& results) {
    const auto listed = world.runner.run({.argv = {"git", "ls-remote", "--", source, "refs/exps/*"},
                                          .environment = fetch.environment,
                                          .folder = fetch.folder});
    std::vector<Result> there;
    for (const auto& result : results) {
        if (listed.out.find("\t" + result.ref + "\n") != std::string::npos)
            there.push_back(result);
        else
            world.console.warn(fmt::format("{} is no longer in {}", result.name, source));
    }
    return there;
}

// Fetches from one place, the mirror or origin; gives what came.
std::vector<Result> fetch_from(cli::World& world, const base::Command& git,
                               const std::string& source, std::vector<Result> results, bool force) {
    for (bool again = false; !results.empty(); again = true) {
        auto command = git;
        command.argv = {"git", "fetch", "--no-tags", "--no-write-fetch-head", "--", source};
        for (const auto& result : results)
            command.argv.push_back((force ? "+" : "") + result.ref + ":" + result.ref);
        const auto fetched = world.runner.run(command);
        if (fetched.status == 0)
            break;
        if (!again && fetched.err.find("couldn't find remote ref") != std::string::npos) {
            results = still_there(world, git, source, results);
            continue;
        }
        Error error(Exit::failed, "git fetch could not bring the experiments");
        error.context(fetched.err);
        if (fetched.err.find("rejected") != std::string::npos)
            error.hint("another experiment has the name here; `rdvc pull --force` replaces it");
        throw error;
    }
    return results;
}

std::vector<Result> fetch(cli::World& world, Cluster& cluster, const Project& project,
                          const std::string& mirror_url, const std::vector<Result>& results,
                          bool force) {
    std::vector<Result> all;
    for (const bool from_origin : {false, true}) {
        std::vector<Result> some;
        std::copy_if(results.begin(), results.end(), std::back_inserter(some),
                     [&](const Result& result) { return result.from_origin == from_origin; });
        base::Command git{
            .argv = {}, .effect = base::Effect::changes, .folder = project.repository.top};
        if (!some.empty() && !from_origin && !cluster.is_local())
            git.environment = {{"GIT_SSH_COMMAND", cluster.git_ssh_command()}};
        some = fetch_from(world, git, from_origin ? "origin" : mirror_url, std::move(some), force);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

// DVC brings the data that an experiment's ref needs; the ref itself is here already, so the
// repository is its own source.
void fetch_data(cli::World& world, const Project& project, const std::vector<Result>& results) {
    std::vector<std::string> argv = {"dvc", "exp", "pull", project.repository.top.string()};
    for (const auto& result : results)
        argv.push_back(result.name);
    const auto done = world.runner.run(
        {.argv = argv, .effect = base::Effect::changes, .folder = project.dvc_project});
    // DVC exits 0 with objects missing; it says so.
    const bool incomplete = (done.out + done.err).find("issing cache files") != std::string::npos;
    if (done.status != 0 || incomplete)
        throw Error(Exit::failed,
                    "the experiments are here, but `dvc exp pull` could not bring their data")
            .context(done.err)
            .hint(fmt::format("`rdvc pull {}` tries again; `--no-data` leaves the data out",
                              results.front().name));
}

// The commit that a ref has here, or "".
std::string commit_of(cli::World& world, const Project& project, const std::string& ref) {
    const auto there = world.runner.run({.argv = {"git", "rev-parse", "--verify", "--quiet", ref},
                                         .folder = project.repository.top});
    return base::trim(there.out);
}

} // namespace

Exit pull(cli::World& world, const Words& words) {
    std::vector<std::string> wanted;
    std::string cluster_name;
    bool no_data = false;
    bool force = false;
    cli::Options options("pull", "Brings finished experiments, and what commands have left.");
    options
        .words("SUBMISSION", wanted,
               "job ids, experiments' names or tokens; default: all that are not here")
        .flag("--no-data", no_data, "the experiments' refs only")
        .flag("-f,--force", force,
              "replace local experiments of the same name, and local files by a command's output")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words))
        return Exit::done;
    const Project project = open_project(world, cluster_name);
    Cluster cluster(world, project.config);
    std::vector<std::string> tokens;
    for (const auto& word : wanted)
        tokens.push_back(find_submission(world, cluster, project.mirror, word));
    auto overview =
        ask_overview(cluster, project.mirror, tokens.size() == 1 ? tokens.front() : "", 1000);
    const auto outputs = pull_outputs(world, project, cluster, {tokens, force, no_data}, overview);

    const bool has_remote = project::has_dvc_remote(project.dvc_project);
    std::vector<Result> results;
    std::set<std::string> refs;
    for (const auto& kept : overview.submissions) {
        if (!tokens.empty() && std::find(tokens.begin(), tokens.end(), kept.token) == tokens.end())
            continue;
        const auto result = published(kept);
        if (!result && !tokens.empty()) {
            const auto state = derive_state(kept, overview);
            const bool waits = state.word == "pending" || state.word == "running";
            const auto id = kept.job.empty() ? kept.token.substr(0, 8) : kept.job;
            throw Error(Exit::failed, fmt::format("{} has no result to pull: {}", id, state.word))
                .context(state.detail)
                .hint((waits ? "rdvc wait " : "rdvc status ") + id);
        }
        // Newest first: with -f an older submission's result was replaced under the same ref.
        if (!result || !refs.insert(result->ref).second)
            continue;
        const bool is_here = commit_of(world, project, result->ref) == result->commit;
        if (is_here && !tokens.empty())
            world.console.note(fmt::format("{} is here already", result->name));
        if (!is_here || (!tokens.empty() && has_remote && !no_data))
            results.push_back(*result);
    }
    if (results.empty()) {
        if (tokens.empty() && !outputs.said)
            world.console.note("nothing new to pull");
        return outputs.exit;
    }
    results = fetch(world, cluster, project, cluster.url(overview.dir + "/repos/" + project.mirror),
                    results, force);
    if (results.empty())
        return outputs.exit;
    if (!no_data && has_remote)
        fetch_data(world, project, results);
    for (const auto& result : results)
        cli::Console::data(fmt::format("pulled {} ({})\n", result.name,
                                       commit_of(world, project, result.ref).substr(0, 10)));
    if (has_remote && !no_data) {
        world.console.note("next:  dvc exp show    dvc exp apply " + results.front().name);
    } else {
        world.console.note(has_remote
                               ? "their data was not asked for (--no-data)"
                               : "the project has no DVC remote, so their outputs stay in the "
                                 "cluster's cache");
        world.console.note("next:  dvc exp show");
    }
    return outputs.exit;
}

} // namespace rdvc::commands
