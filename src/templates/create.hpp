// Makes a project: a Git repository with DVC and rdvc's settings, from a template.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "templates/render.hpp"
#include "world/world.hpp"

namespace rdvc::templates {

struct NewProject {
    std::filesystem::path folder; ///< does not exist, or is empty; its name is the project's
    std::string kind;             ///< of rdvc's own template; unused with `from`
    std::string from;             ///< somebody's own template: a folder, a Git URL, or ""
    Variables data;               ///< the user's values of the template's variables
    bool locks = true;            ///< whether `uv lock` pins the versions of packages
};

/// What was made, for the user.
struct Created {
    std::size_t files = 0;
    bool by_copier = false;
    bool lacks_lock = false; ///< a Python project without uv.lock
};

/// Makes the project: all of it or nothing. Throws Error: usage for a name that it cannot have,
/// not_ready if its folder exists, Git does not know who commits, or the template cannot be used.
/// Nothing of the template is executed.
Created create_project(world::World& world, const NewProject& wanted);

} // namespace rdvc::templates
