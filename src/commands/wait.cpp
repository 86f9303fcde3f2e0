// `rdvc wait`: returns when a job has ended; exit code 7 if the experiment failed.

#include <fmt/core.h>

#include "base/text.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

Exit wait(world::World& world, const Words& words) {
    OneSubmission one;
    cli::Options options("wait",
                         "Waits until a submission's job has ended. Exit code 7: it failed.");
    one.add_to(options);
    if (!options.parse(words, world.console))
        return Exit::done;
    auto [project, cluster, token] = one.find(world);
    script::Variables variables;
    variables.words = {{"token", token}};
    std::map<std::string, std::string> result;
    std::string end;
    const auto same = [&variables] { return variables; };
    cluster.ask_until_answered(world.console, "wait", same, [&](const transport::Frame& frame) {
        if (frame.verb == "phase" && !frame.rest.empty()) {
            world.console.note("phase: " + frame.rest);
        } else if (frame.verb == "pending") {
            world.console.note("pending: " + slurm::explain_reason(frame.rest));
        } else if (frame.verb == "result") {
            result.insert(base::key_and_value(frame.rest));
        } else if (frame.verb == "gone" || frame.verb == "absent") {
            end = frame.verb;
        }
    });
    if (end == "absent")
        throw Error(Exit::failed, "the cluster has no job of this submission")
            .hint("rdvc status " + token.substr(0, 8));
    if (end == "gone") {
        const auto overview = remote::ask_overview(cluster, project.mirror, token, 1);
        const auto state = overview.submissions.empty()
                               ? state::State{"lost", "", "the cluster has no trace of it"}
                               : state::derive_state(overview.submissions.front(), overview);
        throw Error(Exit::experiment_failed, fmt::format("the job ended: {}", state.word))
            .context(state.detail)
            .hint("rdvc status " + token.substr(0, 8));
    }
    const auto id = slurm::is_job_id(result["job"]) ? result["job"] : token.substr(0, 8);
    if (result["state"] == "published") {
        if (!result["message"].empty())
            world.console.note(result["message"]);
        world.console.note(fmt::format("{} is published; next:  rdvc pull {}", result["name"], id));
        return Exit::done;
    }
    if (result["state"] == "done") {
        const bool has_output = result.contains("output") && result["output"] != "0";
        world.console.note(result["name"] + " is done" +
                           (has_output ? "; next:  rdvc pull " + id : ""));
        if (!result["message"].empty())
            world.console.note(result["message"]);
        return Exit::done;
    }
    if (result["state"] == "built") {
        world.console.note("the environment is ready");
        return Exit::done;
    }
    throw Error(Exit::experiment_failed,
                fmt::format("{} in phase {}", result["state"], result["phase"]))
        .context(state::explain_failure(result))
        .hint(result["state"] == "unpublished" ? "rdvc status " + id : "rdvc logs " + id);
}

} // namespace rdvc::commands
