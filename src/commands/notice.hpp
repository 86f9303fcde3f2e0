// A call for the user's attention at the end of something long.
#pragma once

#include <string>

#include "world/world.hpp"

namespace rdvc::commands {

struct Notice {
    bool on_terminal = false; ///< the bell and OSC 9
    std::string program;      ///< gets two arguments: what has ended, and how; empty: none

    /// Gives it; warns if the program fails.
    void give(world::World& world, const std::string& what, const std::string& how) const;
};

} // namespace rdvc::commands
