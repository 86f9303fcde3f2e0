#include "remote/session.hpp"

#include <chrono>
#include <csignal>

#include <fmt/core.h>

#include "base/interrupts.hpp"
#include "base/terminal_mode.hpp"
#include "base/text.hpp"
#include "script/embedded.hpp"
#include "script/requests.hpp"
#include "slurm/reports.hpp"
#include "transport/session_stream.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;
using base::Interrupts;

namespace {

script::Variables variables_of(const Session& session, const std::string& action) {
    script::Variables all;
    all.words = {{"action", action},
                 {"token", session.target.token},
                 {"task", fmt::format("{}", session.target.task)},
                 {"hold", session.owns_job || session.on_login ? "1" : "0"},
                 {"on_login", session.on_login ? "1" : "0"},
                 {"terminal", session.has_terminal ? "1" : "0"},
                 {"quiet", session.is_quiet ? "1" : "0"},
                 {"session_script", ""},
                 {"signal", ""},
                 {"group", ""}};
    all.lists["words"] = session.words;
    return all;
}

// The answer that ends a request to open a session, if that is not `ready`. `last_line`: the end of
// the job's log.
Error no_session(const Session& session, const transport::Frame& frame,
                 const std::string& last_line) {
    const auto& [token, task] = session.target;
    const auto name = token.substr(0, 8) + (task > 0 ? fmt::format(".{}", task) : "");
    if (frame.verb == "ended")
        return Error(Exit::failed, "its job has ended, and the workspace is gone")
            .hint(fmt::format("`rdvc status {}` says how; `rdvc shell` makes a new workspace, with "
                              "the code as it stands here",
                              name));
    if (frame.verb == "waits")
        return Error(Exit::failed, "it has no workspace yet")
            .context(frame.rest.empty() ? "it has not begun"
                                        : "pending: " + slurm::explain_reason(frame.rest))
            .hint("rdvc status " + name);
    if (frame.verb == "gone")
        return Error(Exit::failed, "the job ended before it was ready")
            .context(frame.rest.empty() ? last_line : base::printable(frame.rest))
            .hint("rdvc status " + name);
    if (frame.rest.starts_with("task"))
        return no_such_task(token, frame.rest);
    if (frame.rest == "job")
        return Error(Exit::failed, "this submission has no job").hint("rdvc status " + name);
    return Error(Exit::failed, "the cluster has no trace of this submission");
}

// Ends a program that no longer has anybody to talk to.
Error given_up(Cluster& cluster, const Session& session) {
    if (!session.owns_job)
        return Error(Exit::interrupted, "given up");
    const auto job = end_session(cluster, session);
    if (job.empty())
        return Error(Exit::interrupted, "given up; the job is cancelled");
    return Error(Exit::interrupted, fmt::format("given up, but job {} could not be cancelled", job))
        .hint("rdvc cancel " + job);
}

} // namespace

std::string end_session(Cluster& cluster, const Session& session) {
    std::string job;
    cluster.ask("session", variables_of(session, "end"), [&job](const transport::Frame& frame) {
        if (frame.verb == "end")
            job = base::printable(frame.rest);
    });
    return job;
}

Opened open_session(world::World& world, Cluster& cluster, const Session& session) {
    auto variables = variables_of(session, "open");
    for (const auto* part : {"both/names.sh", "both/slurm.sh", "node/session.sh"})
        variables.words["session_script"] += script::embedded_without_comments(part);
    Opened opened;
    std::string last_line;
    std::optional<Error> error;
    const auto on_frame = [&](const transport::Frame& frame) {
        if (frame.verb == "ready")
            opened.file = frame.rest;
        else if (frame.verb == "failed")
            opened.failure = base::printable(frame.rest);
        else if (frame.verb == "pending")
            world.console.note("pending: " + slurm::explain_reason(frame.rest));
        else if (frame.verb == "log")
            world.console.note(last_line = base::printable(frame.rest));
        else if (frame.verb != "refused" && script::is_last_word("session", frame.verb))
            error = no_session(session, frame, last_line);
        if (Interrupts::take())
            throw given_up(cluster, session);
    };
    try {
        cluster.ask("session", std::move(variables), on_frame);
    } catch (const Error& lost) {
        if (lost.code() != Exit::interrupted && Interrupts::take()) // Ctrl-C reaches ssh, too
            throw given_up(cluster, session);
        throw;
    }
    if (error)
        throw *error;
    return opened;
}

namespace {

// Follows a command whose streams are bytes. Marks `alive` come now and then: if the other side
// cannot write them, it ends the command.
class Command {
  public:
    Command(world::World& world, Cluster& cluster, const Session& session, const Opened& opened)
        : world_(world), cluster_(cluster), session_(session),
          word_(opened.file.substr(opened.file.rfind('-') + 1)) {}

    int run(base::Command command) {
        transport::SessionStream out(
            word_, [&](std::string_view bytes) { take(bytes); },
            [&](std::string_view verb, std::string_view rest) { note(verb, rest); });
        command.on_output = [&](std::string_view bytes) { out.feed(bytes); };
        command.is_over = [&] { return pass_signals() || stays_on(); };
        const auto result = world_.runner.run(command);
        out.end();
        if (code_)
            return *code_;
        if (gone_)
            throw Error(Exit::interrupted, "given up");
        if (!begun_)
            throw Error(Exit::failed, "the command was not started")
                .context(base::printable(base::trim(noise_)));
        throw Error(Exit::failed, "the command was ended from outside")
            .context(result.status == 255 ? "the connection broke"
                                          : "its allocation ended, or was cancelled");
    }

  private:
    using Clock = std::chrono::steady_clock;

    void take(std::string_view bytes) {
        constexpr std::size_t enough = 1000;
        if (begun_)
            world_.console.data(bytes);
        else if (noise_.size() < enough) // what the login prints
            noise_ += bytes;
    }

    void note(std::string_view verb, std::string_view rest) {
        if (verb == "begin") {
            begun_ = true;
            group_ = rest;
        } else if (verb == "exit") {
            code_ = static_cast<int>(base::parse_number(rest).value_or(255));
            ended_ = Clock::now();
        }
    }

    // True if ssh does not end after the command: something holds its streams open. Before that,
    // there may be errors of the command on their way.
    [[nodiscard]] bool stays_on() const {
        constexpr auto patience = std::chrono::seconds(10);
        return code_ && Clock::now() - ended_ > patience;
    }

    // True if the command is not to be waited for any longer.
    bool pass_signals() {
        const auto signal = Interrupts::take();
        if (!signal)
            return gone_;
        constexpr int patience = 3;
        gone_ = *signal == SIGHUP || group_.empty() || ++signals_ > patience;
        if (gone_)
            return true;
        auto variables = variables_of(session_, "signal");
        variables.words["signal"] = base::signal_name(*signal);
        variables.words["group"] = group_;
        try {
            cluster_.ask("session", variables, [](const transport::Frame&) {});
        } catch (const Error&) { // then there is no connection for the command either
            gone_ = true;
        }
        return gone_;
    }

    world::World& world_;
    Cluster& cluster_;
    const Session& session_;
    std::string word_;  ///< in our lines
    std::string group_; ///< of its processes; "" until it has begun
    std::string noise_;
    bool begun_ = false;
    bool gone_ = false;
    int signals_ = 0;
    std::optional<int> code_;
    Clock::time_point ended_; ///< once there is a code
};

} // namespace

int run_session(world::World& world, Cluster& cluster, const Session& session,
                const Opened& opened) {
    auto command = cluster.run_file(opened.file, session.has_terminal);
    if (!session.has_terminal)
        return Command(world, cluster, session, opened).run(std::move(command));
    command.terminal = base::Terminal::yes;
    bool is_told = false;
    command.is_over = [&is_told] { // Ctrl-C in a terminal is the session's
        const auto signal = Interrupts::take();
        return is_told = is_told || (signal && *signal != SIGINT);
    };
    const auto run = [&] {
        const base::TerminalMode as_it_was; // an ssh that is killed leaves its own
        return world.runner.run(command);
    };
    const auto result = run();
    constexpr int of_ssh = 255;
    if (is_told || result.status == of_ssh || (session.words.empty() && result.status != 0))
        world.console.error("\n"); // after a prompt that nobody has answered
    if (is_told)
        throw Error(Exit::interrupted, "given up");
    if (session.words.empty() && result.status != 0)
        throw Error(Exit::failed, "the shell was ended from outside")
            .context(result.status == of_ssh ? "the connection broke"
                                             : "its allocation ended, or was cancelled");
    if (result.status == of_ssh)
        throw Error(Exit::failed, "the command was not started, or was ended from outside")
            .context("unless 255 is its own exit code");
    return result.status;
}

} // namespace rdvc::remote
