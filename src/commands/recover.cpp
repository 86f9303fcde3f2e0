// `rdvc recover`: publishes what a job could not. The login node does it, from the workspace that
// the job has kept; nothing of it is lost until the result is written there.

#include "commands/recover.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "project/dvc.hpp"
#include "script/embedded.hpp"
#include "slurm/reports.hpp"
#include "submission/token.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

std::string Recovery::word(const std::string& verb) const {
    return base::printable(field(words, verb));
}

std::string Recovery::name() const {
    const auto now = base::printable(field(result, "name"));
    return now.empty() ? word("name") : now;
}

std::string Recovery::id() const {
    const auto job = field(result, "job"); // which users type again
    return slurm::is_job_id(job) ? job : token.substr(0, 8);
}

namespace {

std::string in_project(const Project& project) {
    const auto folder = project.dvc_project.lexically_relative(project.repository.top);
    return folder == "." ? "" : folder.generic_string();
}

void tell_progress(const cli::Console& console, const transport::Frame& frame) {
    if (frame.verb == "away")
        console.note("the workspace is on its node, which the login node does not see into: " +
                     base::printable(frame.rest));
    else if (frame.verb == "sent")
        console.note(fmt::format("job {} moves it to the shared folder; waiting for it",
                                 base::printable(frame.rest)));
    else if (frame.verb == "pending")
        console.note("that job waits: " + slurm::explain_reason(base::printable(frame.rest)));
    else if (frame.verb == "said")
        console.note(base::printable(frame.rest));
    else if (frame.verb == "put")
        console.note(fmt::format("{} put into the cluster's cache, from the workspace",
                                 base::printable(frame.rest) + " lacking object(s)"));
}

void hear(Recovery& recovery, const transport::Frame& frame) {
    if (frame.verb == "result")
        recovery.result.insert(base::key_and_value(frame.rest));
    else if (frame.verb == "missing")
        recovery.missing.push_back(frame.rest);
    else
        recovery.words[frame.verb] = frame.rest;
}

} // namespace

Recovery ask_to_recover(cli::World& world, const Project& project, Cluster& cluster,
                        const std::string& token, const std::string& action) {
    Recovery recovery{.token = token};
    script::Variables variables;
    variables.words = {{"token", token},
                       {"action", action},
                       {"project_dir", in_project(project)},
                       {"bring_script", std::string(script::embedded("job/1-folders.sh")) +
                                            std::string(script::embedded("node/bring.sh"))},
                       {"patience", "600"},
                       {"cache", project.config.text("cluster.cache")},
                       {"cache_group", project.config.flag("cluster.cache_group") ? "1" : "0"}};
    try {
        cluster.ask("recover", variables, [&](const transport::Frame& frame) {
            tell_progress(world.console, frame);
            hear(recovery, frame);
        });
    } catch (Error& error) {
        if (error.hint().empty())
            error.hint("the same command again goes on; nothing is lost");
        throw;
    }
    return recovery;
}

namespace {

Error with_words(Exit code, const std::string& what, const std::string& context,
                 const std::string& hint) {
    Error error(code, what);
    return error.context(context).hint(hint);
}

// Neither a result of a recovery nor a reason why there is none.
Error nothing_to_recover(const Recovery& recovery) {
    const auto state = field(recovery.result, "state");
    const auto phase = recovery.word("phase");
    return with_words(
        Exit::failed,
        fmt::format("{} has nothing to recover: {}", recovery.id(),
                    state.empty() ? "its job left no result" : base::printable(state)),
        fmt::format("{} ended in phase {}", recovery.name(), phase),
        fmt::format("rdvc status {0}    rdvc pull --partial {0}", recovery.id()));
}

} // namespace

std::optional<Error> hindrance(const Recovery& recovery, const std::string& cluster) {
    const auto id = recovery.id();
    const auto again = fmt::format("rdvc recover {}", id);
    if (recovery.has("absent"))
        return Error(Exit::failed, "the cluster has no trace of this submission");
    if (recovery.has("silent"))
        return with_words(
            Exit::unknown,
            fmt::format("it is not known whether the job of {} has ended", recovery.name()),
            recovery.word("silent"), again);
    if (recovery.has("live"))
        return with_words(Exit::failed,
                          fmt::format("the job of {} has not ended: {}", recovery.name(),
                                      base::lower(recovery.word("live"))),
                          "", "rdvc wait " + id);
    if (recovery.has("late"))
        return with_words(Exit::unknown,
                          "the job that brings the workspace from its node has not run yet",
                          fmt::format("{}\nit is called rdvc-recover and stays in the queue",
                                      recovery.word("late")),
                          fmt::format("`{}` goes on with it", again));
    if (recovery.has("failed"))
        return with_words(Exit::failed, fmt::format("{} could not be recovered", recovery.name()),
                          recovery.word("failed"),
                          recovery.has("away")
                              ? again + " tries again; or fetch it from the node yourself"
                              : fmt::format("rdvc logs {0}    rdvc pull --partial {0}", id));
    if (recovery.has("phase"))
        return nothing_to_recover(recovery);
    if (recovery.has("unreadable") && !recovery.has("place"))
        return with_words(Exit::failed,
                          fmt::format("objects of {} cannot be read: the mirror is gone or damaged",
                                      recovery.name()),
                          fmt::format("{}:{}", cluster, recovery.word("kept")),
                          fmt::format("a `rdvc run` of this commit mends it; then {}", again));
    return std::nullopt;
}

namespace {

// Why an experiment that is there cannot be published.
std::optional<Error> obstacle(const Recovery& recovery, const std::string& cluster) {
    const auto id = recovery.id();
    const auto place = fmt::format("{}:{}", cluster, recovery.word("kept"));
    if (recovery.has("bare"))
        return with_words(
            Exit::failed,
            fmt::format("the workspace of {} has no such experiment: dvc had not ended",
                        recovery.name()),
            place,
            fmt::format("rdvc pull --partial {0}    rdvc recover --here {0} (its new files)", id));
    if (!recovery.missing.empty())
        return with_words(
            Exit::failed,
            fmt::format("{} cannot be published: outputs are neither in the cluster's cache nor "
                        "in the workspace",
                        recovery.name()),
            base::first_lines(recovery.missing) + "\n" + place,
            fmt::format("`rdvc recover --here {}` brings what there is", id));
    if (recovery.result.empty())
        return with_words(Exit::unknown, "the cluster did not say what became of it", "",
                          "rdvc recover " + id);
    return std::nullopt;
}

std::string state_of(const Recovery& recovery) {
    return base::printable(field(recovery.result, "state"));
}

void report(const cli::World& world, const Project& project, const Recovery& recovery) {
    const auto commit = base::printable(field(recovery.result, "commit")).substr(0, 10);
    if (state_of(recovery) != "published")
        cli::Console::data(
            fmt::format("recovered {}: {} of output\n", recovery.name(),
                        base::printable(field(recovery.result, "output")) + " file(s)"));
    else if (field(recovery.result, "recovered").empty())
        cli::Console::data(fmt::format("{} is published already ({})\n", recovery.name(), commit));
    else
        cli::Console::data(fmt::format("recovered {} ({})\n", recovery.name(), commit));
    const auto message = base::printable(field(recovery.result, "message"));
    if (!message.empty())
        world.console.note(message);
    world.console.note("next:  rdvc pull " + recovery.id());
    if (field(recovery.result, "data") == "ssh" && project::has_dvc_remote(project.dvc_project))
        world.console.note(fmt::format(
            "its data is in the cluster's cache, from where rdvc pull brings it; the DVC remote "
            "still lacks it:\n  rdvc pull {}; dvc exp apply {}; dvc push",
            recovery.id(), recovery.name()));
}

// Result or reason, as one object.
nlohmann::json to_json(const Recovery& recovery, const std::optional<Error>& error) {
    return {{"token", recovery.token},
            {"job", field(recovery.result, "job")},
            {"name", field(recovery.result, "name").empty() ? field(recovery.words, "name")
                                                            : field(recovery.result, "name")},
            {"recovered", !error},
            {"state", field(recovery.result, "state")},
            {"ref", field(recovery.result, "ref")},
            {"commit", field(recovery.result, "commit")},
            {"data", field(recovery.result, "data")},
            {"kept", field(recovery.words, "kept")},
            {"missing", recovery.missing},
            {"error", error ? error->what() : ""}};
}

std::vector<std::string> find_unpublished(const Project& project, Cluster& cluster) {
    const auto overview = ask_overview(cluster, project.mirror, "", all_submissions);
    std::vector<std::string> tokens;
    for (const auto& kept : overview.submissions)
        if (submission::is_token(kept.token) && may_be_recovered(kept, overview))
            tokens.push_back(kept.token);
    std::reverse(tokens.begin(), tokens.end());
    return tokens;
}

// The exit code for several: what is not known outweighs what failed.
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

bool read_words(const Words& words, Asked& asked) {
    cli::Options options("recover", "Publishes results that their jobs could not publish.");
    options
        .word("SUBMISSION", asked.submission,
              "a job id, an experiment's name or a token; default: all of this project")
        .flag("--here", asked.here,
              "bring the kept workspace's experiment and new files here instead")
        .text("--into", asked.into, "with --here: a new folder (default: .rdvc/recovered/NAME)",
              "DIR")
        .flag("--json", asked.json, "as JSON")
        .text("--cluster", asked.cluster, "use [clusters.NAME]", "NAME");
    if (!options.parse(words))
        return false;
    if (asked.here && asked.submission.empty())
        throw Error(Exit::usage, "`rdvc recover --here` needs to know of which submission")
            .hint("`rdvc recover` lists those that could not be published");
    if (!asked.here && !asked.into.empty())
        throw Error(Exit::usage, "`--into` goes with `--here`");
    return true;
}

} // namespace

Exit recover(cli::World& world, const Words& words) {
    Asked asked;
    if (!read_words(words, asked))
        return Exit::done;
    const Project project = open_project(world, asked.cluster);
    Cluster cluster(world, project.config);
    const bool one = !asked.submission.empty();
    const auto tokens =
        one ? std::vector{find_submission(world, cluster, project.mirror, asked.submission)}
            : find_unpublished(project, cluster);
    if (asked.here) {
        recover_here(world, project, cluster, tokens.front(), asked.into);
        return Exit::done;
    }
    if (tokens.empty())
        world.console.note("nothing of this project waits to be recovered");
    nlohmann::json all = nlohmann::json::array();
    auto exit = Exit::done;
    for (const auto& token : tokens) {
        const auto recovery = ask_to_recover(world, project, cluster, token, "publish");
        auto error = hindrance(recovery, cluster.name());
        if (!error)
            error = obstacle(recovery, cluster.name());
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
        cli::Console::data(all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                           "\n");
    return exit;
}

} // namespace rdvc::commands
