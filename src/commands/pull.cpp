// `rdvc pull`: experiments' refs come from the mirror (or origin), their data from the DVC remote.

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
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
    const auto field = [](const std::map<std::string, std::string>& map, const std::string& key) {
        const auto found = map.find(key);
        return found == map.end() ? std::string() : found->second;
    };
    const Result result{field(kept.result, "name"), field(kept.result, "ref"),
                        field(kept.result, "commit"), field(kept.notes, "code") == "origin"};
    // Text from the cluster becomes part of a command's arguments.
    const bool sound = result.ref.starts_with("refs/exps/") && !result.commit.empty() &&
                       result.commit.find_first_not_of("0123456789abcdef") == std::string::npos;
    return field(kept.result, "state") == "published" && sound ? std::optional(result)
                                                               : std::nullopt;
}

void fetch(cli::World& world, Cluster& cluster, const Project& project,
           const std::string& mirror_url, const std::vector<Result>& results, bool force) {
    for (const bool from_origin : {false, true}) {
        std::vector<std::string> argv = {"git",
                                         "-C",
                                         project.repository.top.string(),
                                         "fetch",
                                         "--no-tags",
                                         "--no-write-fetch-head",
                                         "--",
                                         from_origin ? "origin" : mirror_url};
        const auto before = argv.size();
        for (const auto& result : results)
            if (result.from_origin == from_origin)
                argv.push_back((force ? "+" : "") + result.ref + ":" + result.ref);
        if (argv.size() == before)
            continue;
        base::Command command{.argv = argv, .effect = base::Effect::changes};
        if (!from_origin && !cluster.is_local())
            command.environment = {{"GIT_SSH_COMMAND", cluster.git_ssh_command()}};
        const auto fetched = world.runner.run(command);
        if (fetched.status == 0)
            continue;
        Error error(Exit::failed, "git fetch could not bring the experiments");
        error.context(fetched.err);
        if (fetched.err.find("rejected") != std::string::npos)
            error.hint("another experiment has the name here; `rdvc pull --force` replaces it");
        throw error;
    }
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
            .hint("`rdvc pull --no-data` leaves the data out");
}

bool has(cli::World& world, const Project& project, const Result& result) {
    const auto there = world.runner.run({.argv = {"git", "-C", project.repository.top.string(),
                                                  "rev-parse", "--verify", "--quiet", result.ref}});
    return base::trim(there.out) == result.commit;
}

} // namespace

Exit pull(cli::World& world, const Words& words) {
    std::vector<std::string> wanted;
    std::string cluster_name;
    bool no_data = false;
    bool force = false;
    cli::Options options("pull", "Brings finished experiments into the local repository.");
    options
        .words("SUBMISSION", wanted,
               "job ids, experiments' names or tokens; default: all that are not here")
        .flag("--no-data", no_data, "the experiments' refs only")
        .flag("-f,--force", force, "replace local experiments of the same name")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words))
        return Exit::done;
    const Project project = open_project(world, cluster_name);
    Cluster cluster(world, project.config);
    std::vector<std::string> tokens;
    for (const auto& word : wanted)
        tokens.push_back(find_submission(world, cluster, project.mirror, word));
    const auto overview =
        ask_overview(cluster, project.mirror, tokens.size() == 1 ? tokens.front() : "", 1000);

    std::vector<Result> results;
    for (const auto& kept : overview.submissions) {
        if (!tokens.empty() && std::find(tokens.begin(), tokens.end(), kept.token) == tokens.end())
            continue;
        const auto result = published(kept);
        if (!result && !tokens.empty()) {
            const auto state = derive_state(kept, overview);
            throw Error(Exit::failed,
                        fmt::format("job {} has no result to pull: {}", kept.job, state.word))
                .context(state.detail)
                .hint(state.word == "failed" ? "rdvc logs " + kept.job : "rdvc wait " + kept.job);
        }
        if (result && (!tokens.empty() || !has(world, project, *result)))
            results.push_back(*result);
    }
    if (results.empty()) {
        world.console.note("nothing new to pull");
        return Exit::done;
    }
    fetch(world, cluster, project, cluster.url(overview.dir + "/repos/" + project.mirror), results,
          force);
    if (!no_data && project::has_dvc_remote(project.dvc_project))
        fetch_data(world, project, results);
    for (const auto& result : results)
        cli::Console::data(
            fmt::format("pulled {} ({})\n", result.name, result.commit.substr(0, 10)));
    world.console.note("next:  dvc exp show    dvc exp apply " + results.front().name);
    return Exit::done;
}

} // namespace rdvc::commands
