// `rdvc shell` and `rdvc exec`: a person's own shell or command, where a job would run.

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/core.h>
#include <unistd.h>

#include "base/interrupts.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/included.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/session.hpp"
#include "send/plan.hpp"
#include "send/submit.hpp"
#include "submission/session_arguments.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;
using submission::SessionArguments;
using submission::SessionKind;

namespace {

// Without a pipeline in the user's folder there is no experiment to prepare for.
send::Plan plan_of(world::World& world, remote::Project& project, remote::Cluster& cluster,
                   SessionArguments& arguments) {
    const auto& [top, prefix, shallow] = project.repository;
    const bool has_pipeline =
        project.has_dvc &&
        std::filesystem::exists((prefix.empty() ? top : top / prefix) / "dvc.yaml");
    arguments.run.is_command = !has_pipeline;
    auto plan = send::make_plan(world, project, cluster, arguments.run,
                                has_pipeline ? send::Purpose::experiment : send::Purpose::command);
    plan.submission.is_shell = true;
    plan.submission.only_prepared = arguments.on_login;
    const auto says_requeue = [](const submission::SbatchOption& option) {
        return option.first == "requeue" || option.first == "no-requeue";
    };
    auto& options = plan.submission.sbatch; // nobody would be there when it starts again
    if (std::none_of(options.begin(), options.end(), says_requeue))
        options.emplace_back("no-requeue", std::nullopt);
    if (!arguments.run.name)
        plan.submission.tasks.front().name = "shell-" + plan.submission.token.substr(0, 12);
    return plan;
}

// Sends the code and submits a job that is there for the session, or with --local sends the code.
// Returns its token; nothing if only the script was to be shown.
std::optional<std::string> submit(world::World& world, remote::Project& project,
                                  remote::Cluster& cluster, SessionArguments& arguments,
                                  const std::string& typed,
                                  std::optional<base::Interrupts>& interrupts) {
    const auto plan = plan_of(world, project, cluster, arguments);
    send::Sender sender(world, project, cluster, plan, typed);
    if (arguments.run.dry_run) {
        world.console.data(sender.script());
        world.console.note("nothing was submitted (--dry-run)");
        return std::nullopt;
    }
    sender.send([&](const ledger::Record& record) {
        interrupts.emplace(); // from now on there is something to end
        if (!record.job.empty())
            world.console.note(fmt::format("job {} on {}; Ctrl-C gives it up",
                                           base::printable(record.job), record.cluster));
    });
    return plan.submission.token;
}

Exit open(world::World& world, SessionArguments& arguments, const std::string& typed) {
    auto& run = arguments.run;
    cli::set_verbosity(world.console, run.quiet, run.verbose);
    remote::Project project = remote::open_project(world, run.cluster.value_or(""));
    remote::Cluster cluster(world, project.config);
    remote::Session session; // one by one: GCC 12 warns of `target` when this is optimised
    session.on_login = arguments.on_login;
    session.has_terminal = ::isatty(0) == 1 && world.console.is_terminal();
    session.is_quiet = run.quiet;
    session.words = arguments.command;
    if (session.words.empty() && !session.has_terminal && !run.dry_run)
        throw Error(Exit::usage, "a shell needs a terminal").hint("rdvc exec -- COMMAND");
    std::optional<base::Interrupts> interrupts;
    if (!arguments.submission.empty()) {
        session.target = remote::find_target(world, cluster, project.mirror, arguments.submission);
    } else {
        if (remote::refresh_included(world, project.config, cluster, remote::Refresh::if_old))
            project = remote::open_project(world, run.cluster.value_or(""));
        const auto token = submit(world, project, cluster, arguments, typed, interrupts);
        if (!token)
            return Exit::done;
        session.target.token = *token;
        session.owns_job = !session.on_login;
    }
    if (!interrupts)
        interrupts.emplace();
    const auto opened = remote::open_session(world, cluster, session);
    if (!opened.failure.empty() && !session.words.empty()) {
        remote::end_session(cluster, session);
        throw Error(Exit::failed, "the job could not prepare its workspace")
            .context(opened.failure)
            .hint("in `rdvc shell` you can look at it, and try again");
    }
    return static_cast<Exit>(remote::run_session(world, cluster, session, opened));
}

Exit read_and_open(world::World& world, const Words& words, SessionKind kind) {
    const auto page = submission::session_page(kind);
    if (cli::is_answered_by_help(page, words, world.console))
        return Exit::done;
    auto arguments = submission::parse_session_arguments(words, kind);
    if (arguments.run.help && cli::is_answered_by_help(page, {"--help"}, world.console))
        return Exit::done;
    return open(world, arguments,
                base::trim(fmt::format("rdvc {} {}", page.command, base::quote_all(words))));
}

} // namespace

Exit shell(world::World& world, const Words& words) {
    return read_and_open(world, words, SessionKind::shell);
}

// The command's exit code may be any but one, as with ssh.
Exit exec(world::World& world, const Words& words) {
    constexpr int own_failure = 255;
    try {
        return read_and_open(world, words, SessionKind::command);
    } catch (const Error& error) {
        if (error.code() == Exit::interrupted)
            throw;
        world.console.error(error.message());
        return static_cast<Exit>(own_failure);
    }
}

} // namespace rdvc::commands
