// Where a template comes from: the program itself, a folder, a Git repository; and Copier, which
// renders what has its settings.
#pragma once

#include <filesystem>
#include <string>

#include "templates/files.hpp"
#include "templates/render.hpp"
#include "world/world.hpp"

namespace rdvc::templates {

struct Source {
    Files files;
    std::string place; ///< as given to `--from`, absolute if a folder; "" for rdvc's own
    bool is_for_copier = false;
};

/// The template `from`, or rdvc's own template `kind` if `from` is empty. Throws Error (not_ready)
/// if it cannot be read.
Source find_source(world::World& world, const std::string& kind, const std::string& from);

/// Lets Copier render the template into `folder`, without anything that executes its code. Throws
/// Error: not_ready if Copier is missing, failed with Copier's words.
void call_copier(world::World& world, const Source& source, const std::filesystem::path& folder,
                 const Variables& answers);

} // namespace rdvc::templates
