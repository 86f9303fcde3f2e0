// What commands read that take the words of `rdvc run`.
#pragma once

#include <optional>

#include "commands/command.hpp"
#include "help/page.hpp"
#include "submission/arguments.hpp"

namespace rdvc::commands {

/// Reads them, and obeys `--quiet` and `--verbose`; nothing if help, in whatever form, was asked
/// for and printed. Throws Error (usage).
std::optional<submission::RunArguments> read_run_words(world::World& world, const help::Page& page,
                                                       const Words& words);

} // namespace rdvc::commands
