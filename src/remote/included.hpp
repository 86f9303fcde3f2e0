// A file of settings on the cluster, which the user's configuration includes: this laptop has a
// copy of it.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"
#include "remote/cluster.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// The copy of the file `path` on the cluster that `config` describes; nothing if it is missing.
std::optional<std::string> copy_of_included(const world::World& world, const config::Config& config,
                                            const std::string& path);

/// When to ask the cluster for the file.
enum class Refresh {
    if_missing, ///< if there is no copy
    if_old,     ///< or if it is older than a day
    now
};

/// Gets the file that the user's configuration includes from the cluster. True if the
/// configuration must be read again. If the cluster does not answer, warns and keeps the copy.
/// Throws Error: configuration for a missing file, or one with settings that it may not have;
/// unreachable if there is no copy either.
bool refresh_included(const world::World& world, const config::Config& config, Cluster& cluster,
                      Refresh when);

} // namespace rdvc::remote
