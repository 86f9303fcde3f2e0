#include "commands/command.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

const std::vector<Command>& commands() {
    static const std::vector<Command> table = {
        {"init", "set up: `init project`, `init global`, `init remote`", init},
        {"run", "run an experiment on the cluster: `dvc exp run`, as a SLURM job", run},
        {"status", "this project's submissions and their state", status},
        {"logs", "the log of a submission's job", logs},
        {"wait", "wait until a submission's job has ended", wait},
        {"pull", "bring finished experiments into the local repository", pull},
        {"show", "the script of a submission", show},
    };
    return table;
}

namespace {

std::string help() {
    std::string text = "rdvc: DVC experiments on a SLURM cluster\n\n"
                       "usage: rdvc COMMAND [ARGUMENTS]\n\ncommands:\n";
    for (const auto& command : commands())
        text += fmt::format("  {:<8} {}\n", command.name, command.summary);
    return text + "\noptions:\n"
                  "  --help      this help; `rdvc COMMAND --help` for one command\n"
                  "  --version   the program's version\n";
}

} // namespace

Exit dispatch(cli::World& world, const Words& words) {
    if (words.empty()) {
        world.console.error(help());
        return Exit::usage;
    }
    const std::string& name = words.front();
    if (name == "--help" || name == "-h" || name == "help") {
        cli::Console::data(help());
        return Exit::done;
    }
    if (name == "--version" || name == "-V") {
        cli::Console::data("rdvc " + cli::version() + "\n");
        return Exit::done;
    }
    const auto& table = commands();
    const auto command =
        std::find_if(table.begin(), table.end(), [&](const Command& c) { return c.name == name; });
    if (command != table.end())
        return command->run(world, Words(words.begin() + 1, words.end()));
    std::vector<std::string> names;
    for (const auto& known : table)
        names.emplace_back(known.name);
    throw Error(Exit::usage,
                fmt::format("unknown command `{}`{}", name, base::suggestion(name, names)))
        .hint("rdvc --help");
}

} // namespace rdvc::commands
