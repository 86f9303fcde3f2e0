#include "commands/command.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/interrupts.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "help/page.hpp"
#include "submission/arguments.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

const std::vector<Command>& commands() {
    static const std::vector<Command> all = {
        {"new", "make a project that is ready for experiments", new_project},
        {"init", "set up: `init project`, `init global`, `init remote`", init},
        {"avail", "what the cluster has and allows now; --start: when a job would start", avail},
        {"run", "run an experiment on the cluster: `dvc exp run`, as a SLURM job", run,
         "nothing was submitted"},
        {"status", "this project's submissions and their state", status},
        {"why", "why a submission waits, runs or has failed, and what to type next", why},
        {"events", "what has happened to a submission, with times", events},
        {"table", "parameters and metrics of a submission's tasks, also while they run", table},
        {"logs", "the log of a submission's job", logs},
        {"wait", "wait until a submission's job has ended", wait, "the same command waits again"},
        {"cancel", "end submissions, whether or not they are running", cancel,
         "jobs may or may not have been cancelled", "`rdvc status` tells"},
        {"retry", "submit again what is known to be gone", retry, "nothing was submitted"},
        {"pull", "bring finished experiments into the local repository", pull,
         "the same command continues"},
        {"recover", "publish results that their jobs could not publish", recover,
         "results may or may not have been published", "the same command continues"},
        {"show", "the script of a submission", show},
        {"shell", "a shell in the workspace and the environment of a job, new or running", shell,
         "nothing was started"},
        {"exec", "the same for one command: `rdvc exec [SUBMISSION] -- COMMAND`", exec,
         "nothing was started"},
        {"env", "environments that jobs reuse: `env list`, `env build`, `env clear`", env},
        {"clean", "remove from the cluster what is no longer needed", clean, "nothing was removed"},
        {"uninstall", "what rdvc keeps here and how to remove it; --remote: on the cluster",
         uninstall, "nothing was removed"},
        {"cluster", "your clusters: `cluster list`, and the default: `cluster use`", cluster},
        {"sandbox", "a SLURM cluster on this machine, to try rdvc: `sandbox up`, `sandbox down`",
         sandbox},
        {"instance", "named sets of sbatch options: `instance list`, `instance add`", instance},
        {"config", "settings: `config list`, `get`, `set`, `unset`, `edit`", config},
        {"doctor", "check this machine, the cluster, and the connection between them", doctor},
        {"completion", "the completion script for bash, fish or zsh", completion_script},
        {"complete", "", complete},
        {"man-pages", "", man_pages},
    };
    return all;
}

namespace {

// The command of that name, or null.
const Command* find(std::string_view name) {
    const auto& all = commands();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name == name; });
    return found == all.end() ? nullptr : &*found;
}

help::Page page() {
    help::Section all{"commands", {}};
    for (const auto& command : commands())
        if (!command.summary.empty())
            all.rows.push_back({0, std::string(command.name), "", std::string(command.summary)});
    return {
        .command = "",
        .summary = "rdvc: DVC experiments on a SLURM cluster.",
        .usage = {"COMMAND [ARGUMENTS]"},
        .sections = {std::move(all),
                     {"options",
                      {{'h', "--help", "", "this help; `rdvc COMMAND --help` for one command"},
                       {'V', "--version", "", "the program's version and commit"}}},
                     {"exit codes",
                      {{0, "0", "", "done"},
                       {0, "1", "", "failed"},
                       {0, "2", "", "the command line is wrong"},
                       {0, "3", "", "not ready: something is missing here or on the cluster"},
                       {0, "4", "", "the configuration is wrong"},
                       {0, "5", "", "the cluster cannot be reached"},
                       {0, "6", "", "SLURM refused the job"},
                       {0, "7", "", "the experiment failed"},
                       {0, "75", "", "the outcome is not known yet; try again"},
                       {0, "70", "", "a bug in rdvc"},
                       {0, "130", "", "interrupted"}}}},
    };
}

Exit run_command(world::World& world, const Command& command, const Words& words) {
    base::set_last_words(std::string(command.interrupted), std::string(command.hint));
    return command.run(world, Words(words.begin() + 1, words.end()));
}

// True if `rdvc run` accepts these words: its own options, DVC's or sbatch's.
bool is_for_run(const Words& words) {
    try {
        submission::parse_run_arguments(words);
        return true;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

Exit dispatch_group(world::World& world, std::string_view group, const std::vector<Command>& parts,
                    const Words& words) {
    std::vector<std::string> names;
    help::Section section{"commands", {}};
    for (const auto& part : parts) {
        names.emplace_back(part.name);
        section.rows.push_back({0, std::string(part.name), "", std::string(part.summary)});
    }
    const help::Page page{.command = std::string(group),
                          .summary = base::sentence(find(group)->summary),
                          .usage = {base::join(names, "|") + " [OPTIONS]"},
                          .sections = {section},
                          .is_group = true};
    if (words.empty()) {
        auto choice = names;
        const auto last = choice.back();
        choice.pop_back();
        throw Error(Exit::usage, fmt::format("`rdvc {}` needs a command: {} or {}", group,
                                             base::join(choice, ", "), last))
            .hint(fmt::format("rdvc {} --help", group));
    }
    if (cli::is_answered_by_help(page, words, world.console))
        return Exit::done;
    for (const auto& part : parts)
        if (part.name == words.front())
            return run_command(world, part, words);
    throw Error(Exit::usage, fmt::format("`rdvc {}` has no `{}`{}", group, words.front(),
                                         base::suggestion(words.front(), names)));
}

std::string page_of(world::World& world, Words command, std::string_view form) {
    command.emplace_back(form);
    std::string text;
    const auto collect = [&text](std::string_view more) { text += more; };
    world::Console console(false, false, true, collect, [](std::string_view) {});
    world::World quiet{world.runner, console, world.folder, world.environment, world.program};
    try {
        dispatch(quiet, command);
    } catch (const Error&) {
        return "";
    }
    return text;
}

Exit dispatch(world::World& world, const Words& words) {
    if (words.empty()) {
        world.console.error(help::as_text(page(), 100));
        return Exit::usage;
    }
    const std::string& name = words.front();
    if (cli::is_answered_by_help(page(), words, world.console))
        return Exit::done;
    if (name == "help") { // `rdvc help run`
        Words asked(words.begin() + 1, words.end());
        asked.emplace_back("--help");
        return dispatch(world, asked);
    }
    if (name == "--version" || name == "-V") {
        world.console.data("rdvc " + world::version_and_commit() + "\n");
        return Exit::done;
    }
    if (const auto* command = find(name))
        return run_command(world, *command, words);
    std::vector<std::string> names;
    for (const auto& known : commands())
        if (!known.summary.empty())
            names.emplace_back(known.name);
    if (name.starts_with("-"))
        throw Error(Exit::usage, fmt::format("options come after the command: `{}`", name))
            .hint(is_for_run(words) ? base::trim("rdvc run " + base::quote_all(words))
                                    : "rdvc --help");
    throw Error(Exit::usage,
                fmt::format("unknown command `{}`{}", name, base::suggestion(name, names)))
        .hint("rdvc --help");
}

} // namespace rdvc::commands
