// Which project this one was before it had an id or an origin: submissions are listed by that.
#pragma once

#include <optional>
#include <string>

#include "remote/cluster.hpp"
#include "remote/project.hpp"

namespace rdvc::remote {

/// The mirror of this laptop's submissions of this project if it is another one than they would
/// have now: they were sent before the project got its id, or before its repository got an origin.
/// Nothing where some were sent to the present one.
std::optional<std::string> earlier_mirror(world::World& world, const Project& project);

/// How many submissions of this laptop's went to `mirror`.
std::size_t submissions_to(const world::World& world, const std::string& mirror);

} // namespace rdvc::remote
