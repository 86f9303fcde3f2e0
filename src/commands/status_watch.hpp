// `rdvc status --watch`: the whole terminal, until `q`.
#pragma once

#include <optional>
#include <string>

#include "world/world.hpp"

namespace rdvc::commands {

/// The newest `limit` submissions of the project on [clusters.NAME], or the default cluster; of a
/// sweep its tasks, and of each job its log. `metric` is shown beside each; nothing: what the
/// configuration says. Throws Error (usage) without a terminal, and what the
/// first question to the cluster throws.
void watch_status(world::World& world, const std::string& cluster, unsigned limit,
                  const std::optional<std::string>& metric);

} // namespace rdvc::commands
