// `rdvc pull`: experiments' refs come from the mirror (or origin), their data from the cluster's
// cache or the DVC remote.

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/outputs.hpp"
#include "commands/partial.hpp"
#include "commands/results.hpp"
#include "commands/submissions.hpp"
#include "project/dvc.hpp"
#include "submission/name.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

struct Result {
    std::string name;
    std::string ref;
    std::string commit;
    bool from_origin = false;
    bool over_ssh = false; ///< its data is in the cluster's cache, on no DVC remote

    /// Where its commit is until its data has come.
    [[nodiscard]] std::string waiting_ref() const { return "refs/rdvc/pull/" + commit; }
};

// The result's own word, of a recovery, holds over the submission's.
std::string result_or_note(const Kept& kept, const std::string& key) {
    const auto word = field(kept.result, key);
    return word.empty() ? field(kept.notes, key) : word;
}

// Submissions of before data could travel over SSH do not say how theirs does.
std::optional<Result> published(const Kept& kept, bool has_remote) {
    const auto data = result_or_note(kept, "data");
    const auto ref = field(kept.result, "ref");
    const Result result{ref.substr(ref.rfind('/') + 1), ref, field(kept.result, "commit"),
                        result_or_note(kept, "code") == "origin",
                        data.empty() ? !has_remote : data == "ssh"};
    // Text from the cluster becomes part of a command's arguments.
    const bool sound = submission::is_experiment_ref(result.ref) && !result.commit.empty() &&
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

using Refspec = std::string (*)(const Result& result);

std::string in_place(const Result& result) {
    return result.ref + ":" + result.ref;
}

std::string to_wait(const Result& result) {
    return "+" + result.ref + ":" + result.waiting_ref();
}

std::string from_waiting(const Result& result) {
    return result.waiting_ref() + ":" + result.ref;
}

// Fetches from one place, the mirror or origin; gives what came.
std::vector<Result> fetch_from(cli::World& world, Cluster& cluster, const Project& project,
                               const std::string& source, std::vector<Result> results,
                               Refspec refspec, bool force) {
    for (bool again = false; !results.empty(); again = true) {
        std::vector<std::string> specs;
        for (const auto& result : results) {
            const auto spec = refspec(result);
            specs.push_back((force && !spec.starts_with("+") ? "+" : "") + spec);
        }
        const auto git = cluster.fetch(source, specs, project.repository.top);
        const auto fetched = world.runner.run(git);
        if (fetched.status == 0)
            break;
        if (!again && fetched.err.find("couldn't find remote ref") != std::string::npos) {
            results = still_there(world, git, source, results);
            continue;
        }
        // One that leads nowhere there must not keep the others away.
        if (results.size() > 1 &&
            fetched.err.find("Could not read from remote") == std::string::npos) {
            std::vector<Result> came;
            for (const auto& result : results)
                try {
                    fetch_from(world, cluster, project, source, {result}, refspec, force);
                    came.push_back(result);
                } catch (const Error& error) {
                    world.console.warn(
                        fmt::format("{} could not be fetched\n{}", result.name, error.context()));
                }
            if (!came.empty())
                return came;
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
                          Refspec refspec, bool force) {
    std::vector<Result> all;
    for (const bool from_origin : {false, true}) {
        std::vector<Result> some;
        std::copy_if(results.begin(), results.end(), std::back_inserter(some),
                     [&](const Result& result) { return result.from_origin == from_origin; });
        some = fetch_from(world, cluster, project, from_origin ? "origin" : mirror_url,
                          std::move(some), refspec, force);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

// The data first, then the ref: whoever sees the experiment has it whole, and what was interrupted
// is pulled again. False if the cluster no longer has all of it; the experiment is there then all
// the same.
bool take_over_ssh(cli::World& world, Cluster& cluster, const Project& project,
                   const std::vector<Result>& results, bool force) {
    std::vector<Arrived> experiments;
    for (const auto& result : results)
        experiments.push_back({result.name, result.commit});
    std::optional<Error> failure;
    bool whole = false;
    try {
        whole = bring_data(world, project, cluster, experiments);
    } catch (const Error& error) {
        if (error.code() == Exit::unreachable || error.code() == Exit::unknown)
            throw;
        failure = error;
    }
    std::vector<Result> waiting;
    for (const auto& result : results)
        if (project::has_ref(world.runner, project.repository, result.waiting_ref()))
            waiting.push_back(result);
    fetch_from(world, cluster, project, ".", waiting, from_waiting, force);
    for (const auto& result : waiting)
        project::ask_git(world.runner, project.repository,
                         {"update-ref", "-d", result.waiting_ref()});
    if (failure)
        throw Error(*failure);
    return whole;
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

[[noreturn]] void refuse_without_result(const Kept& kept, const Overview& overview) {
    const auto state = derive_state(kept, overview);
    const bool waits = state.word == "pending" || state.word == "running";
    const auto id = kept.id();
    const std::string partial = field(kept.result, "partial");
    std::string hint = (waits ? "rdvc wait " : "rdvc status ") + id;
    if (state.word == "unpublished")
        hint = "rdvc recover " + id;
    else if (!partial.empty() && partial != "0")
        hint = fmt::format("what it had made until then: rdvc pull --partial {}", id);
    throw Error(Exit::failed, fmt::format("{} has no result to pull: {}", id, state.word))
        .context(state.detail)
        .hint(hint);
}

void report(cli::World& world, const Project& project, const std::vector<Result>& results) {
    for (const auto& result : results)
        cli::Console::data(fmt::format(
            "pulled {} ({})\n", base::printable(result.name),
            project::commit_of(world.runner, project.repository, result.ref).substr(0, 10)));
}

// What there is to do of the submissions that are asked for, or of all.
struct Chosen {
    std::vector<Result> fresh; ///< not here yet
    std::vector<Result> here;  ///< here and asked for by name: their data may not be
};

Chosen choose(cli::World& world, const Project& project, const Overview& overview,
              const std::vector<std::string>& tokens, bool no_data) {
    const bool has_remote = project::has_dvc_remote(project.dvc_project);
    Chosen chosen;
    std::set<std::string> refs;
    for (const auto& kept : overview.submissions) {
        if (!tokens.empty() && std::find(tokens.begin(), tokens.end(), kept.token) == tokens.end())
            continue;
        const auto result = published(kept, has_remote);
        if (!result && !tokens.empty())
            refuse_without_result(kept, overview);
        // Newest first: with -f an older submission's result was replaced under the same ref.
        if (!result || !refs.insert(result->ref).second)
            continue;
        const bool is_here =
            project::commit_of(world.runner, project.repository, result->ref) == result->commit;
        if (is_here && !tokens.empty())
            world.console.note(fmt::format("{} is here already", result->name));
        if (!is_here)
            chosen.fresh.push_back(*result);
        else if (!tokens.empty() && !no_data)
            chosen.here.push_back(*result);
    }
    return chosen;
}

std::vector<Result> part(const std::vector<Result>& results, bool over_ssh) {
    std::vector<Result> some;
    std::copy_if(results.begin(), results.end(), std::back_inserter(some),
                 [&](const Result& result) { return result.over_ssh == over_ssh; });
    return some;
}

// `came`, and those of `here` whose data comes the same way.
std::vector<Result> with(const std::vector<Result>& here, std::vector<Result> came, bool over_ssh) {
    const auto more = part(here, over_ssh);
    came.insert(came.end(), more.begin(), more.end());
    return came;
}

} // namespace

Exit pull(cli::World& world, const Words& words) {
    std::vector<std::string> wanted;
    std::string cluster_name;
    bool no_data = false;
    bool force = false;
    bool partial = false;
    cli::Options options("pull", "Brings finished experiments, and what commands have left.");
    options
        .words("SUBMISSION", wanted,
               "job ids, experiments' names or tokens; default: all that are not here")
        .flag("--no-data", no_data, "the experiments' refs only")
        .flag("-f,--force", force,
              "replace local experiments of the same name, and local files by a command's output")
        .flag("--partial", partial,
              "what was made until now, if it failed, was stopped or still runs (default: the "
              "newest)")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words))
        return Exit::done;
    const Project project = open_project(world, cluster_name);
    Cluster cluster(world, project.config);
    std::vector<std::string> tokens;
    for (const auto& word : wanted)
        tokens.push_back(find_submission(world, cluster, project.mirror, word));
    if (partial && tokens.empty())
        tokens.push_back(find_submission(world, cluster, project.mirror, ""));
    if (partial)
        return pull_partial(world, project, cluster, tokens);
    auto overview = ask_overview(cluster, project.mirror, tokens.size() == 1 ? tokens.front() : "",
                                 all_submissions);
    const auto outputs = pull_outputs(world, project, cluster, {tokens, force, no_data}, overview);

    const auto chosen = choose(world, project, overview, tokens, no_data);
    if (chosen.fresh.empty() && chosen.here.empty()) {
        if (tokens.empty() && !outputs.said)
            world.console.note("nothing new to pull");
        return outputs.exit;
    }
    const auto mirror_url = cluster.url(overview.dir + "/repos/" + project.mirror);
    const auto fetch_all = [&](const std::vector<Result>& results, Refspec refspec) {
        return fetch(world, cluster, project, mirror_url, results, refspec, force);
    };
    if (no_data) {
        report(world, project, fetch_all(chosen.fresh, in_place));
        world.console.note("their data was not asked for (--no-data); `rdvc pull NAME` brings it");
        return outputs.exit;
    }
    auto all = with(chosen.here, fetch_all(part(chosen.fresh, false), in_place), false);
    const auto over_ssh = with(chosen.here, fetch_all(part(chosen.fresh, true), to_wait), true);
    const bool whole = over_ssh.empty() || take_over_ssh(world, cluster, project, over_ssh, force);
    if (!all.empty() && project::has_dvc_remote(project.dvc_project))
        fetch_data(world, project, all);
    all.insert(all.end(), over_ssh.begin(), over_ssh.end());
    report(world, project, all);
    if (!whole)
        throw Error(Exit::failed, "the experiments are here, but the cluster no longer has all of "
                                  "their data")
            .hint("run them again: what DVC's run-cache has is not computed again");
    if (!all.empty())
        world.console.note("next:  dvc exp show    dvc exp apply " + all.front().name);
    return outputs.exit;
}

} // namespace rdvc::commands
