// What rdvc keeps on this machine, for `rdvc uninstall`.
#pragma once

#include <string>

#include "world/world.hpp"

namespace rdvc::commands {

struct LocalArguments {
    bool remove = false;
    bool dry_run = false;
    bool yes = false;
    bool json = false;
};

/// How a program at `path` (absolute, links resolved) is removed, as a command to type. `exists`
/// says whether there is such a file.
std::string how_to_remove(const std::filesystem::path& path,
                          const std::function<bool(const std::filesystem::path&)>& exists);

/// Lists rdvc's files on this machine, and removes all but the settings if so asked. Throws Error
/// (failed) for what cannot be removed, (not_ready) as long as there is a sandbox, and (usage) if
/// the answer is no.
void uninstall_local(world::World& world, const LocalArguments& arguments);

} // namespace rdvc::commands
