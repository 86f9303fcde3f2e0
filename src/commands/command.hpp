// The list of commands; each is one file with one function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "world/world.hpp"

namespace rdvc::commands {

using Words = std::vector<std::string>;

struct Command {
    std::string_view name;
    std::string_view summary; ///< empty: not for people, and not in the list
    base::Exit (*run)(world::World& world, const Words& arguments);
    /// If a signal ends it before it says more: what is known, and a hint. Empty: there is nothing
    /// that the user would want to know.
    std::string_view interrupted = {};
    std::string_view hint = {};
};

const std::vector<Command>& commands();

/// Runs the command that `words` names, or prints help or the version. Throws Error.
base::Exit dispatch(world::World& world, const Words& words);

/// Runs the one of `parts` that the first word names: `rdvc GROUP PART`. Throws Error (usage) if
/// none has that name.
base::Exit dispatch_group(world::World& world, std::string_view group,
                          const std::vector<Command>& parts, const Words& words);

/// What a command prints that is asked for help in the form of `form` (help/described.hpp); "" if
/// there is no such command.
std::string page_of(world::World& world, Words command, std::string_view form);

/// All commands for people and their parts, as words; the first is empty: rdvc itself.
std::vector<Words> every_command(world::World& world);

base::Exit new_project(world::World& world, const Words& arguments);
base::Exit avail(world::World& world, const Words& arguments);
base::Exit cluster(world::World& world, const Words& arguments);
base::Exit instance(world::World& world, const Words& arguments);
base::Exit init(world::World& world, const Words& arguments);
base::Exit init_project(world::World& world, const Words& arguments);
base::Exit init_global(world::World& world, const Words& arguments);
base::Exit init_remote(world::World& world, const Words& arguments);
base::Exit run(world::World& world, const Words& arguments);
base::Exit status(world::World& world, const Words& arguments);
base::Exit why(world::World& world, const Words& arguments);
base::Exit events(world::World& world, const Words& arguments);
base::Exit table(world::World& world, const Words& arguments);
base::Exit logs(world::World& world, const Words& arguments);
base::Exit wait(world::World& world, const Words& arguments);
base::Exit cancel(world::World& world, const Words& arguments);
base::Exit retry(world::World& world, const Words& arguments);
base::Exit pull(world::World& world, const Words& arguments);
base::Exit recover(world::World& world, const Words& arguments);
base::Exit show(world::World& world, const Words& arguments);
base::Exit shell(world::World& world, const Words& arguments);
base::Exit exec(world::World& world, const Words& arguments);
base::Exit env(world::World& world, const Words& arguments);
base::Exit clean(world::World& world, const Words& arguments);
base::Exit uninstall(world::World& world, const Words& arguments);
base::Exit config(world::World& world, const Words& arguments);
base::Exit config_edit(world::World& world, const Words& arguments);
base::Exit completion_script(world::World& world, const Words& arguments);
base::Exit man_pages(world::World& world, const Words& arguments);
base::Exit complete(world::World& world, const Words& arguments);
base::Exit sandbox(world::World& world, const Words& arguments);
base::Exit doctor(world::World& world, const Words& arguments);

} // namespace rdvc::commands
