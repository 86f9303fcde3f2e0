#include "bring/recovery.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/dvc.hpp"
#include "script/embedded.hpp"
#include "slurm/reports.hpp"
#include "submission/token.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;

std::string Recovery::word(const std::string& verb) const {
    return base::printable(state::field(words, verb));
}

std::string Recovery::name() const {
    const auto now = base::printable(state::field(result, "name"));
    return now.empty() ? word("name") : now;
}

std::string Recovery::id() const {
    auto job = state::field(result, "job"); // which users have to type
    job.erase(std::min(job.find('_'), job.size()));
    auto name = slurm::is_job_id(job) ? job : target.token.substr(0, 8);
    return target.task == 0 ? name : fmt::format("{}.{}", name, target.task);
}

namespace {

std::string in_project(const remote::Project& project) {
    const auto folder = project.dvc_project.lexically_relative(project.repository.top);
    return folder == "." ? "" : folder.generic_string();
}

void tell_progress(const world::Console& console, const transport::Frame& frame) {
    if (frame.verb == "away")
        console.note("the workspace is on its node, where the login node cannot see it: " +
                     base::printable(frame.rest));
    else if (frame.verb == "sent")
        console.note(fmt::format("job {} moves it to the shared folder; waiting for it",
                                 base::printable(frame.rest)));
    else if (frame.verb == "pending")
        console.note("that job waits: " + slurm::explain_reason(base::printable(frame.rest)));
    else if (frame.verb == "said")
        console.note(base::printable(frame.rest));
    else if (frame.verb == "put")
        console.note(fmt::format("{} copied from the workspace into the cluster's cache",
                                 base::printable(frame.rest) + " lacking object(s)"));
}

void add_frame(Recovery& recovery, const transport::Frame& frame) {
    if (frame.verb == "result")
        recovery.result.insert(base::key_and_value(frame.rest));
    else if (frame.verb == "missing")
        recovery.missing.push_back(frame.rest);
    else
        recovery.words[frame.verb] = frame.rest;
}

} // namespace

Recovery ask_to_recover(world::World& world, const remote::Project& project,
                        remote::Cluster& cluster, const remote::Target& target,
                        const std::string& action) {
    Recovery recovery{.target = target};
    script::Variables variables;
    variables.words = {{"token", target.token},
                       {"task", fmt::format("{}", target.task)},
                       {"action", action},
                       {"project_dir", in_project(project)},
                       {"bring_script", std::string(script::embedded("both/names.sh")) +
                                            std::string(script::embedded("both/folders.sh")) +
                                            std::string(script::embedded("node/bring.sh"))},
                       {"patience", "600"},
                       {"cache", project.config.text("cluster.cache")},
                       {"cache_group", project.config.flag("cluster.cache_group") ? "1" : "0"}};
    try {
        cluster.ask("recover", variables, [&](const transport::Frame& frame) {
            tell_progress(world.console, frame);
            add_frame(recovery, frame);
        });
    } catch (Error& error) {
        if (error.hint().empty())
            error.hint("run the same command again to continue; nothing is lost");
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

// The job left nothing to recover.
Error nothing_to_recover(const Recovery& recovery) {
    const auto state = state::field(recovery.result, "state");
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
    if (const auto absent = recovery.word("absent"); absent.starts_with("task"))
        return remote::no_such_task(recovery.target.token, absent);
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
                          fmt::format("`{}` continues", again));
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
                          fmt::format("a `rdvc run` of this commit repairs it; then {}", again));
    return std::nullopt;
}

// Why an existing experiment cannot be published.
std::optional<Error> obstacle(const Recovery& recovery, const std::string& cluster) {
    const auto id = recovery.id();
    const auto place = fmt::format("{}:{}", cluster, recovery.word("kept"));
    if (recovery.has("bare"))
        return with_words(
            Exit::failed,
            fmt::format("the workspace of {} has no such experiment: dvc had not completed",
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

std::vector<remote::Target> find_unpublished(const remote::Project& project,
                                             remote::Cluster& cluster) {
    const auto overview =
        remote::ask_overview(cluster, project.mirror, "", remote::all_submissions);
    std::vector<remote::Target> targets;
    for (const auto& record : overview.submissions) {
        if (!submission::is_token(record.token))
            continue;
        if (record.task_count() == 0 && state::may_be_recovered(record, overview))
            targets.push_back({record.token});
        for (unsigned number = record.task_count(); number > 0; --number)
            if (state::may_be_recovered(record.of_task(number), overview))
                targets.push_back({record.token, number});
    }
    std::reverse(targets.begin(), targets.end());
    return targets;
}

} // namespace rdvc::bring
