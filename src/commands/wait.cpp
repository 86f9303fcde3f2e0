// `rdvc wait`: returns when a job has ended; exit code 7 if the experiment failed.

#include <fmt/core.h>

#include "base/text.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "remote/status.hpp"
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

void note_advice(const world::World& world, const std::vector<std::string>& advice) {
    if (!advice.empty())
        world.console.note("next time: " + base::join(advice, "; "));
}

std::string with_advice(const std::string& context, std::vector<std::string> advice) {
    if (!context.empty())
        advice.insert(advice.begin(), context);
    return base::join(advice, "\n");
}

// All of its jobs have ended.
Exit report_sweep(const world::World& world, const state::Record& record,
                  const state::Overview& overview) {
    const auto sweep = state::derive_sweep(record, overview);
    const auto words = state::describe_counts(sweep);
    const auto id = record.submission_id();
    const auto advice = state::measured_of(record, overview).advice();
    unsigned good = 0;
    for (const auto& [word, count] : sweep.counts)
        good += state::has_result(state::kind_of(word)) ? count : 0;
    if (good == record.task_count()) {
        world.console.note(fmt::format("{}: {}; next:  rdvc pull {}",
                                       state::field(record.notes, "name"), words, id));
        note_advice(world, advice);
        return Exit::done;
    }
    throw Error(Exit::experiment_failed, fmt::format("not all tasks have a result: {}", words))
        .context(with_advice(sweep.state.detail, advice))
        .hint(fmt::format("rdvc status {0}    rdvc retry {0}", id));
}

} // namespace

Exit wait(world::World& world, const Words& words) {
    OneSubmission one;
    cli::Options options("wait", "Waits until a submission's job has ended, or all jobs of a "
                                 "sweep. Exit code 7: one failed.");
    one.add_to(options);
    if (!options.parse(words, world.console))
        return Exit::done;
    auto [project, cluster, target, token, task] = one.find(world);
    script::Variables variables;
    variables.words = {{"token", token}, {"task", task}};
    std::map<std::string, std::string> result;
    std::string end;
    bool is_sweep = false;
    const auto same = [&variables] { return variables; };
    cluster.ask_until_answered(world.console, "wait", same, [&](const transport::Frame& frame) {
        if (frame.verb == "phase" && !frame.rest.empty()) {
            world.console.note("phase: " + frame.rest);
        } else if (frame.verb == "progress") {
            is_sweep = true;
            (world.console.shows_progress() ? world.console.progress(progress_of(frame.rest))
                                            : world.console.note(progress_of(frame.rest)));
        } else if (frame.verb == "pending") {
            world.console.note("pending: " + slurm::explain_reason(frame.rest));
        } else if (frame.verb == "result") {
            result.insert(base::key_and_value(frame.rest));
        } else if (frame.verb == "gone" || frame.verb == "absent") {
            end = frame.verb == "absent" ? frame.rest : frame.verb;
        }
    });
    world.console.progress("");
    if (end.starts_with("task"))
        throw remote::no_such_task(token, end);
    if (is_sweep) {
        const auto overview = remote::ask_overview(cluster, project.mirror, token, 1);
        if (overview.submissions.empty())
            throw Error(Exit::failed, "the cluster has no trace of this submission");
        return report_sweep(world, overview.submissions.front(), overview);
    }
    if (end == "submission" || end == "job")
        throw Error(Exit::failed, "the cluster has no job of this submission")
            .hint("rdvc status " + token.substr(0, 8));
    if (end == "gone") {
        const auto overview = remote::ask_overview(cluster, project.mirror, token, 1);
        const auto state =
            overview.submissions.empty()
                ? state::State{"lost", "", "the cluster has no trace of it"}
                : state::derive_state(target.task == 0
                                          ? overview.submissions.front()
                                          : overview.submissions.front().of_task(target.task),
                                      overview);
        throw Error(Exit::experiment_failed, fmt::format("the job ended: {}", state.word))
            .context(state.detail)
            .hint("rdvc status " + token.substr(0, 8));
    }
    const auto job = result["job"].substr(0, result["job"].find('_')); // JOB_TASK in a sweep
    auto id = slurm::is_job_id(job) ? job : token.substr(0, 8);
    if (target.task > 0)
        id += "." + task;
    const auto advice = state::measured_of({.token = token, .result = result}, {}).advice();
    if (result["state"] == "published") {
        if (!result["message"].empty())
            world.console.note(result["message"]);
        note_advice(world, advice);
        world.console.note(fmt::format("{} is published; next:  rdvc pull {}", result["name"], id));
        return Exit::done;
    }
    if (result["state"] == "done") {
        const bool has_output = result.contains("output") && result["output"] != "0";
        world.console.note(result["name"] + " is done" +
                           (has_output ? "; next:  rdvc pull " + id : ""));
        if (!result["message"].empty())
            world.console.note(result["message"]);
        note_advice(world, advice);
        return Exit::done;
    }
    if (result["state"] == "built") {
        world.console.note("the environment is ready");
        return Exit::done;
    }
    throw Error(Exit::experiment_failed,
                fmt::format("{} in phase {}", result["state"], result["phase"]))
        .context(with_advice(state::explain_failure(result), advice))
        .hint(result["state"] == "unpublished" ? "rdvc status " + id : "rdvc logs " + id);
}

} // namespace rdvc::commands
