#include "commands/command.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/described.hpp"
#include "submission/arguments.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

const std::vector<Command>& commands() {
    static const std::vector<Command> all = {
        {"new", "make a project that is ready for experiments", new_project},
        {"init", "set up: `init project`, `init global`, `init remote`", init},
        {"run", "run an experiment on the cluster: `dvc exp run`, as a SLURM job", run},
        {"status", "this project's submissions and their state", status},
        {"table", "parameters and metrics of a submission's tasks, also while they run", table},
        {"logs", "the log of a submission's job", logs},
        {"wait", "wait until a submission's job has ended", wait},
        {"cancel", "end submissions, whether or not they are running", cancel},
        {"retry", "submit again what is known to be gone", retry},
        {"pull", "bring finished experiments into the local repository", pull},
        {"recover", "publish results that their jobs could not publish", recover},
        {"show", "the script of a submission", show},
        {"shell", "a shell in the workspace and the environment of a job, new or running", shell},
        {"exec", "the same for one command: `rdvc exec [SUBMISSION] -- COMMAND`", exec},
        {"env", "environments that jobs reuse: `env list`, `env build`, `env clear`", env},
        {"clean", "remove from the cluster what is no longer needed", clean},
        {"config", "settings: `config list`, `get`, `set`, `unset`, `edit`", config},
        {"doctor", "check this machine, the cluster, and the connection between them", doctor},
        {"completion", "the completion script for bash, fish or zsh", completion_script},
        {"complete", "", complete},
    };
    return all;
}

namespace {

std::string help() {
    std::string text = "rdvc: DVC experiments on a SLURM cluster\n\n"
                       "usage: rdvc COMMAND [ARGUMENTS]\n\ncommands:\n";
    for (const auto& command : commands())
        if (!command.summary.empty())
            text += fmt::format("  {:<11} {}\n", command.name, command.summary);
    return text + "\noptions:\n"
                  "  --help      this help; `rdvc COMMAND --help` for one command\n"
                  "  --version   the program's version\n";
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
    std::string rows;
    for (const auto& part : parts) {
        names.emplace_back(part.name);
        rows += fmt::format("  {:<8} {}\n", part.name, part.summary);
    }
    const auto text =
        fmt::format("usage: rdvc {} {} [OPTIONS]\n\n{}", group, base::join(names, "|"), rows);
    if (words.empty()) {
        auto choice = names;
        const auto last = choice.back();
        choice.pop_back();
        throw Error(Exit::usage, fmt::format("`rdvc {}` needs a command: {} or {}", group,
                                             base::join(choice, ", "), last))
            .context(text);
    }
    if (words.front() == "--help" || words.front() == "-h") {
        world.console.data(text);
        return Exit::done;
    }
    if (words.front() == cli::describe_word) {
        std::vector<cli::Described> described;
        for (const auto& part : parts)
            described.push_back(
                {std::string(part.name), std::string(group_part), std::string(part.summary)});
        world.console.data(cli::described_text(described));
        return Exit::done;
    }
    for (const auto& part : parts)
        if (part.name == words.front())
            return part.run(world, Words(words.begin() + 1, words.end()));
    throw Error(Exit::usage, fmt::format("`rdvc {}` has no `{}`{}", group, words.front(),
                                         base::suggestion(words.front(), names)));
}

Exit dispatch(world::World& world, const Words& words) {
    if (words.empty()) {
        world.console.error(help());
        return Exit::usage;
    }
    const std::string& name = words.front();
    if (name == "--help" || name == "-h" || name == "help") {
        world.console.data(help());
        return Exit::done;
    }
    if (name == "--version" || name == "-V") {
        world.console.data("rdvc " + world::version() + "\n");
        return Exit::done;
    }
    const auto& table = commands();
    const auto command =
        std::find_if(table.begin(), table.end(), [&](const Command& c) { return c.name == name; });
    if (command != table.end())
        return command->run(world, Words(words.begin() + 1, words.end()));
    std::vector<std::string> names;
    for (const auto& known : table)
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
