// `rdvc wait`: returns when jobs have ended; exit code 7 if an experiment failed.

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/notice.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "remote/wait.hpp"
#include "state/describe.hpp"
#include "state/measured.hpp"
#include "state/state.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// `DONE FAILED OPEN ALL`, numbers of tasks.
std::string progress_of(const std::string& answer) {
    const auto numbers = base::split(base::printable(answer), ' ');
    if (numbers.size() != 4)
        return "";
    return fmt::format("{} of {} tasks done{}", numbers[0], numbers[3],
                       numbers[1] == "0" ? "" : fmt::format(", {} failed", numbers[1]));
}

void note_advice(const world::Console& console, const std::vector<std::string>& advice) {
    if (!advice.empty())
        console.note("next time: " + base::join(advice, "; "));
}

std::string with_advice(const std::string& context, std::vector<std::string> advice) {
    if (!context.empty())
        advice.insert(advice.begin(), context);
    return base::join(advice, "\n");
}

// How a target has ended, by the cluster's records; `lost` if it has none.
struct Told {
    std::string name; ///< its experiment's
    state::Ending ending;
    bool is_sweep = false;
    std::vector<std::string> advice = {}; ///< for the next run
};

Told told_of(const remote::Target& target, const state::Overview& overview) {
    for (const auto& record : overview.submissions)
        if (record.token == target.token) {
            const auto one = target.task == 0 ? record : record.of_task(target.task);
            return {state::name_of(one), state::ending_of(one, overview), one.task_count() > 0,
                    state::measured_of(one, overview).advice()};
        }
    return {target.token.substr(0, 8), {false, "lost", "the cluster has no trace of it"}};
}

// Says how it has ended; of one that has failed by throwing Error (experiment_failed).
std::string report_end(const world::Console& console, const Told& told) {
    const auto& ending = told.ending;
    if (!ending.good)
        throw Error(Exit::experiment_failed,
                    (told.is_sweep ? "not all tasks have a result: " : "the job ended: ") +
                        ending.state)
            .context(with_advice(ending.why, told.advice))
            .hint(ending.next);
    console.note(fmt::format("{}: {}{}", told.name, ending.state,
                             ending.next.empty() ? "" : "; next:  " + ending.next));
    note_advice(console, told.advice);
    return ending.state;
}

// The same of a job's own result.
std::string report_result(const world::Console& console, std::map<std::string, std::string> result,
                          const std::string& id) {
    const auto& state = result["state"];
    const auto advice = state::measured_of({.token = "", .result = result}, {}).advice();
    if (state != "published" && state != "done" && state != "built")
        throw Error(Exit::experiment_failed, fmt::format("{} in phase {}", state, result["phase"]))
            .context(with_advice(state::explain_failure(result), advice))
            .hint((state == "unpublished" ? "rdvc status " : "rdvc logs ") + id);
    const bool has_output = result.contains("output") && result["output"] != "0";
    if (state == "published" && !result["message"].empty())
        console.note(result["message"]);
    if (state == "published")
        console.note(fmt::format("{} is published; next:  rdvc pull {}", result["name"], id));
    if (state == "done")
        console.note(result["name"] + " is done" + (has_output ? "; next:  rdvc pull " + id : ""));
    if (state == "done" && !result["message"].empty())
        console.note(result["message"]);
    if (state == "built")
        console.note("the environment is ready");
    else
        note_advice(console, advice);
    return state;
}

// Waits for one, and says meanwhile what it does. Returns its state; throws Error
// (experiment_failed) if it has no result.
std::string wait_for_one(world::World& world, remote::Cluster& cluster, const std::string& mirror,
                         const remote::Target& target) {
    auto [result, end, is_sweep] =
        remote::wait_for_end(cluster, world.console, target, [&](const transport::Frame& frame) {
            if (frame.verb == "phase" && !frame.rest.empty())
                world.console.note("phase: " + frame.rest);
            else if (frame.verb == "pending")
                world.console.note("pending: " + slurm::explain_reason(frame.rest));
            else if (frame.verb == "progress" && world.console.shows_progress())
                world.console.progress(progress_of(frame.rest));
            else if (frame.verb == "progress")
                world.console.note(progress_of(frame.rest));
        });
    world.console.progress("");
    if (end.starts_with("task"))
        throw remote::no_such_task(target.token, end);
    if (!is_sweep && (end == "submission" || end == "job"))
        throw Error(Exit::failed, "the cluster has no job of this submission")
            .hint("rdvc status " + target.token.substr(0, 8));
    if (is_sweep || end == "gone")
        return report_end(world.console,
                          told_of(target, remote::ask_overview(cluster, mirror, {target.token})));
    const auto job = result["job"].substr(0, result["job"].find('_')); // JOB_TASK in a sweep
    auto id = slurm::is_job_id(job) ? job : target.token.substr(0, 8);
    if (target.task > 0)
        id += fmt::format(".{}", target.task);
    return report_result(world.console, result, id);
}

// Waits for all of several, or for the first: then it alone stays in `names`. Returns how they are;
// throws Error (experiment_failed) if one has no result.
std::string wait_for_several(world::World& world, remote::Cluster& cluster,
                             const std::string& mirror, const std::vector<remote::Target>& targets,
                             std::vector<std::string>& names, bool any) {
    std::vector<std::size_t> ended;
    remote::wait_for_ends(cluster, world.console, targets, any, [&](std::size_t i) {
        ended.push_back(i);
        world.console.note(
            fmt::format("{} has ended ({} of {})", names[i], ended.size(), names.size()));
    });
    std::vector<std::string> tokens;
    for (const auto i : ended)
        tokens.push_back(targets[i].token);
    const auto overview = remote::ask_overview(cluster, mirror, tokens);
    std::size_t failed = 0;
    std::vector<std::string> first;
    std::vector<std::string> states;
    for (const auto i : ended) {
        const auto ending = told_of(targets[i], overview).ending;
        const auto why = ending.why.empty() ? "" : ": " + ending.why;
        world.console.note(fmt::format("{}: {}{}{}", names[i], ending.state, why,
                                       ending.next.empty() ? "" : "; next:  " + ending.next));
        first.push_back(names[i]);
        states.push_back(ending.state);
        failed += ending.good ? 0 : 1;
    }
    names = first;
    if (failed == 0)
        return base::join(states, ", ");
    throw Error(Exit::experiment_failed,
                fmt::format("{} of {} ended without a result", failed, ended.size()));
}

} // namespace

Exit wait(world::World& world, const Words& words) {
    std::vector<std::string> wanted;
    std::string cluster_name;
    bool any = false;
    Notice notice;
    cli::Options options("wait", "Waits until jobs have ended, or all jobs of a sweep. Exit code "
                                 "7: one failed.");
    options
        .words("SUBMISSION", wanted,
               "job ids, experiments' names or tokens; a sweep's tasks: SUBMISSION.N, "
               "SUBMISSION.3-7; default: the newest")
        .flag("--any", any, "of several, return when the first has ended, and print which")
        .flag("--notify", notice.on_terminal, "at the end, a notification of the terminal")
        .text("--notify-with", notice.program,
              "at the end, run this program with two arguments: what has ended, and how", "PROGRAM")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    const auto records = remote::open_ledger(world).read();
    wanted = remote::expand_ranges(records, wanted.empty() ? Words{""} : wanted);
    const auto found = remote::find_targets(records, cluster, project.mirror, wanted);
    std::vector<remote::Target> targets; // each once, and how it was called
    Words names;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (std::find(targets.begin(), targets.end(), found[i]) == targets.end()) {
            targets.push_back(found[i]);
            names.push_back(wanted[i].empty() ? found[i].token.substr(0, 8) : wanted[i]);
        }
    const auto end = [&](const std::string& how) {
        for (const auto& name : any ? names : Words())
            world.console.data(name + "\n");
        notice.give(world, base::join(names, ", "), how);
    };
    try {
        end(targets.size() == 1
                ? wait_for_one(world, cluster, project.mirror, targets.front())
                : wait_for_several(world, cluster, project.mirror, targets, names, any));
        return Exit::done;
    } catch (const Error& error) {
        if (error.code() == Exit::experiment_failed)
            end(error.what());
        throw;
    }
}

} // namespace rdvc::commands
