#include "commands/notice.hpp"

#include <fmt/core.h>

#include "base/error.hpp"

namespace rdvc::commands {

void Notice::give(world::World& world, const std::string& what, const std::string& how) const {
    if (on_terminal)
        world.console.notify(fmt::format("{}: {}", what, how));
    if (program.empty())
        return;
    try {
        const auto result =
            world.runner.run({.argv = {program, what, how}, .effect = base::Effect::changes});
        if (result.status != 0)
            world.console.warn(fmt::format("{} ended with exit code {}", program, result.status));
    } catch (const base::Error& error) {
        world.console.warn(error.what());
    }
}

} // namespace rdvc::commands
