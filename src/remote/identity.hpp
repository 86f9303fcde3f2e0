// The identity of this project before it had an id or an origin: submissions are listed by it.
#pragma once

#include <optional>
#include <string>

#include "remote/cluster.hpp"
#include "remote/project.hpp"

namespace rdvc::remote {

/// The mirror of this laptop's submissions of this project if it differs from the present one: they
/// were sent before the project got its id, or before its repository got an origin. Nothing if some
/// were sent to the present one.
std::optional<std::string> earlier_mirror(world::World& world, const Project& project);

/// How many submissions this laptop has sent to `mirror`.
std::size_t submissions_to(const world::World& world, const std::string& mirror);

} // namespace rdvc::remote
