// `rdvc init project|global|remote`.

#include "commands/command.hpp"

#include <array>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

Exit init(cli::World& world, const Words& words) {
    static const std::array<Command, 3> table = {{
        {"project", "defaults of this project's runs -> .rdvc/config.toml", init_project},
        {"global", "your cluster and your e-mail address -> ~/.config/rdvc/config.toml",
         init_global},
        {"remote", "folders on the cluster; checks what is there; the Git remote `rdvc`",
         init_remote},
    }};
    std::string help = "usage: rdvc init project|global|remote [OPTIONS]\n\n";
    std::vector<std::string> names;
    for (const auto& command : table) {
        help += fmt::format("  {:<8} {}\n", command.name, command.summary);
        names.emplace_back(command.name);
    }
    if (words.empty() || words.front() == "--help" || words.front() == "-h") {
        if (words.empty())
            throw Error(Exit::usage, "`rdvc init` needs to know what: project, global or remote")
                .context(help);
        cli::Console::data(help);
        return Exit::done;
    }
    for (const auto& command : table)
        if (command.name == words.front())
            return command.run(world, Words(words.begin() + 1, words.end()));
    throw Error(Exit::usage, fmt::format("`rdvc init` has no `{}`{}", words.front(),
                                         base::suggestion(words.front(), names)));
}

} // namespace rdvc::commands
