// `rdvc logs`: a job's log, once or as it grows.

#include <ctime>

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "project/failure.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// The end of a log of any size, in which a failure is looked for.
constexpr auto end_of_log = "-c2000000";

// Why there is nothing to print, according to the cluster; `waits` is a sentence, or empty.
[[noreturn]] void refuse(const OneSubmission::Place& place, const std::string& absent,
                         const std::string& waits) {
    const auto id = place.token.substr(0, 8);
    if (absent.starts_with("task"))
        throw remote::no_such_task(place.token, absent);
    if (absent == "file gone")
        throw Error(Exit::failed, "there is no log: the job ended before it started")
            .hint("rdvc why " + id);
    if (absent == "file")
        throw Error(Exit::failed, "there is no log yet")
            .context(waits.empty() ? "SLURM writes it when the job starts" : "the job " + waits)
            .hint("`rdvc why` says more; `rdvc logs -f` waits for the log");
    if (absent == "job")
        throw Error(Exit::failed, "this submission has no job, so there is no log")
            .hint("rdvc status " + id);
    throw Error(Exit::failed, "the cluster has no trace of this submission")
        .context(fmt::format("in {} on {}", place.project.config.text("cluster.dir"),
                             place.cluster.name()));
}

// Where to begin, for the request. Throws Error (usage).
std::string since_word(const std::string& since) {
    const auto when = base::parse_when(since, std::time(nullptr));
    if (!when)
        throw Error(Exit::usage, since.empty() ? "`--since` needs a time"
                                               : fmt::format("`--since` does not understand `{}`",
                                                             base::printable(since)))
            .context("10m, 2h, 3d: so long ago\n14:20: the last time that it was 14:20\n"
                     "2026-11-30, 2026-11-30T14:20");
    return fmt::format("since {}", *when);
}

} // namespace

Exit logs(world::World& world, const Words& words) {
    OneSubmission one;
    bool follow = false;
    bool errors = false;
    unsigned tail = 0;
    std::string since;
    cli::Options options("logs", "Prints the log of a submission's job.");
    options.flag("-f,--follow", follow, "follow the log until the job ends")
        .number("-n,--tail", tail, "only the last N lines, and with -f what follows")
        .text("--since", since,
              "begin at rdvc's last mark `=== rdvc ...` before TIME (other lines have no time). "
              "TIME: 10m, 14:20, 2026-11-30T14:20",
              "TIME")
        .flag("--errors", errors, "only the last failure with its surroundings");
    one.add_to(options);
    if (!options.parse(words, world.console))
        return Exit::done;
    const bool has_since = options.given("--since");
    if (errors && (follow || tail > 0 || has_since))
        throw Error(Exit::usage, "`--errors` excludes `--follow`, `--tail` and `--since`");
    if (tail > 0 && has_since)
        throw Error(Exit::usage, "`--tail` and `--since` exclude each other");
    std::string from = errors      ? end_of_log
                       : tail > 0  ? fmt::format("-n{}", tail)
                       : has_since ? since_word(since)
                                   : std::string();
    auto place = one.find(world);
    std::size_t offset = 0; // what is already printed, in case the connection is lost
    const auto variables = [&] {
        script::Variables all;
        all.words = {{"token", place.token},
                     {"task", place.task},
                     {"file", "log"},
                     {"follow", follow ? "1" : "0"},
                     {"offset", fmt::format("{}", offset)},
                     {"tail", from}};
        return all;
    };
    std::string text; // of --errors all of it, else its end
    constexpr std::size_t enough = 65536;
    std::string absent;
    std::string waits;
    place.cluster.end_when_unread();
    place.cluster.ask_until_answered(
        world.console, "logs", variables,
        [&](const transport::Frame& frame) {
            if (frame.verb == "absent")
                absent = frame.rest;
            if (frame.verb == "offset") {
                offset = std::strtoull(frame.rest.c_str(), nullptr, 10);
                from.clear();
            }
            if (frame.verb == "earlier")
                world.console.note(fmt::format(
                    "this is the log of an earlier attempt ({}): the newest one has none",
                    base::printable(frame.rest)));
            if (frame.verb == "pending")
                waits = slurm::explain_reason(frame.rest);
            if (frame.verb == "pending" && follow)
                world.console.note("pending: " + waits);
        },
        [&](std::string_view bytes) {
            offset += bytes.size();
            text.append(bytes);
            if (errors)
                return;
            world.console.data(bytes);
            if (text.size() > 2 * enough)
                text.erase(0, text.size() - enough);
        });
    if (!absent.empty())
        refuse(place, absent, waits);
    if (has_since && text.empty())
        world.console.note("nothing has been written to the log since then");
    if (errors) {
        const auto failure = project::last_failure(text);
        world.console.data(failure);
        if (failure.empty())
            world.console.note("no failure is in the log");
    } else if (const auto reason = project::failure_in_log(text); !reason.empty()) {
        world.console.note("the job failed: " + reason);
    }
    return Exit::done;
}

} // namespace rdvc::commands
