// `rdvc wait`: returns when jobs have ended; exit code 7 if an experiment failed.

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/ended.hpp"
#include "commands/notice.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "remote/wait.hpp"

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
                          ended_of(target, remote::ask_overview(cluster, mirror, {target.token})));
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
        const auto ending = ended_of(targets[i], overview).ending;
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
