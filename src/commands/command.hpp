// The list of commands; each is one file with one function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/world.hpp"

namespace rdvc::commands {

using Words = std::vector<std::string>;

struct Command {
    std::string_view name;
    std::string_view summary;
    base::Exit (*run)(cli::World& world, const Words& arguments);
};

const std::vector<Command>& commands();

/// Runs the command that `words` names, or prints help or the version. Throws Error.
base::Exit dispatch(cli::World& world, const Words& words);

/// Runs the one of `parts` that the first word names: `rdvc GROUP PART`. Throws Error (usage) where
/// there is none of that name.
base::Exit dispatch_group(cli::World& world, std::string_view group,
                          const std::vector<Command>& parts, const Words& words);

base::Exit init(cli::World& world, const Words& arguments);
base::Exit init_project(cli::World& world, const Words& arguments);
base::Exit init_global(cli::World& world, const Words& arguments);
base::Exit init_remote(cli::World& world, const Words& arguments);
base::Exit run(cli::World& world, const Words& arguments);
base::Exit status(cli::World& world, const Words& arguments);
base::Exit logs(cli::World& world, const Words& arguments);
base::Exit wait(cli::World& world, const Words& arguments);
base::Exit cancel(cli::World& world, const Words& arguments);
base::Exit retry(cli::World& world, const Words& arguments);
base::Exit pull(cli::World& world, const Words& arguments);
base::Exit recover(cli::World& world, const Words& arguments);
base::Exit show(cli::World& world, const Words& arguments);
base::Exit env(cli::World& world, const Words& arguments);
base::Exit clean(cli::World& world, const Words& arguments);
base::Exit doctor(cli::World& world, const Words& arguments);

/// `rdvc run --help`: every option of both programs, grouped.
std::string run_help();

} // namespace rdvc::commands
