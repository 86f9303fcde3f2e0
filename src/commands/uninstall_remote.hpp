// `rdvc uninstall --remote` on one cluster. As with `rdvc clean`, the laptop decides from what the
// cluster lists, and the cluster looks again before it removes anything.
#pragma once

#include <string>

#include "commands/uninstall_report.hpp"
#include "world/world.hpp"

namespace rdvc::commands {

struct RemoteArguments {
    bool all_clusters = false;
    bool force = false;
    bool yes = false;
    bool dry_run = false;
};

/// Lists what rdvc has on `cluster`, asks, and removes it, but nothing that a live job needs and no
/// result that is not here, unless `force` says so. Throws Error (usage) if the answer is no.
UninstallReport uninstall_from(world::World& world, const RemoteArguments& arguments,
                               const std::string& cluster);

} // namespace rdvc::commands
