// `rdvc logs`: a job's log, once or as it grows.

#include <fmt/core.h>

#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "project/failure.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

Exit logs(world::World& world, const Words& words) {
    OneSubmission one;
    bool follow = false;
    cli::Options options("logs", "Prints the log of a submission's job.");
    options.flag("-f,--follow", follow, "follow the log until the job ends");
    one.add_to(options);
    if (!options.parse(words, world.console))
        return Exit::done;
    auto [project, cluster, target, token, task] = one.find(world);
    std::size_t offset = 0; // what is already printed, in case the connection is lost
    const auto variables = [&, &token = token, &task = task] {
        script::Variables all;
        all.words = {{"token", token},
                     {"task", task},
                     {"file", "log"},
                     {"follow", follow ? "1" : "0"},
                     {"offset", fmt::format("{}", offset)}};
        return all;
    };
    std::string end_of_log;
    constexpr std::size_t enough = 65536;
    std::string absent;
    cluster.ask_until_answered(
        world.console, "logs", variables,
        [&](const transport::Frame& frame) {
            if (frame.verb == "absent")
                absent = frame.rest;
            if (frame.verb == "pending")
                world.console.note("pending: " + slurm::explain_reason(frame.rest));
        },
        [&](std::string_view bytes) {
            world.console.data(bytes);
            offset += bytes.size();
            end_of_log.append(bytes);
            if (end_of_log.size() > 2 * enough)
                end_of_log.erase(0, end_of_log.size() - enough);
        });
    if (const auto reason = project::failure_in_log(end_of_log); !reason.empty())
        world.console.note("the job failed: " + reason);
    if (absent == "file")
        throw Error(Exit::failed, "there is no log yet")
            .context("SLURM writes it when the job starts")
            .hint("`rdvc status` says what the job waits for; `rdvc logs -f` waits for the log");
    if (absent.starts_with("task"))
        throw remote::no_such_task(token, absent);
    if (absent == "job")
        throw Error(Exit::failed, "this submission has no job, so there is no log")
            .hint("rdvc status " + token.substr(0, 8));
    if (!absent.empty())
        throw Error(Exit::failed, "the cluster has no trace of this submission")
            .context(
                fmt::format("in {} on {}", project.config.text("cluster.dir"), cluster.name()));
    return Exit::done;
}

} // namespace rdvc::commands
