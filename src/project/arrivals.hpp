// Moves files from elsewhere into the work tree. Their names are not trusted: nothing is written
// outside of it, into `.git`, through a link, or where programs here would obey it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace rdvc::project {

/// True if a link at `path` (from the work tree's root) to `target` stays in the work tree,
/// whatever other links are in it, and leads to no guarded name.
bool stays_inside(const std::filesystem::path& path, const std::filesystem::path& target);

/// The files and links below `folder`, sorted, relative to it. Throws Error (failed) for a name
/// that has `.git` in it, a folder that Git takes for a bare repository, a link that leads out, and
/// anything that is not a file, folder or link.
std::vector<std::filesystem::path> arrivals_in(const std::filesystem::path& folder);

/// Removes links below `folder` that lead out; returns their number.
std::size_t leave_out_links_outside(const std::filesystem::path& folder);

/// Removes everything below `folder` with a guarded name (guarded_names.hpp) that no declared path
/// contains, except `.git`, which arrivals_in refuses; returns what was removed, sorted.
std::vector<std::filesystem::path> leave_out_guarded(const std::filesystem::path& folder,
                                                     const std::vector<std::string>& declared);

/// The arrivals that are in none of the declared folders. Throws Error as arrivals_in does.
std::vector<std::filesystem::path> arrivals_outside(const std::filesystem::path& folder,
                                                    const std::vector<std::string>& declared);

enum class Replace { no, yes }; ///< local files with different content

struct Placed {
    std::size_t written = 0;
    std::size_t same = 0; ///< already there, unchanged
};

/// Moves all arrivals in `folder` to their places below `top`. Throws Error (failed), with nothing
/// changed: as arrivals_in does, for a local file with different content (unless `replace`), for a
/// link in the path, for a folder in the place of a file and vice versa.
Placed put_into_place(const std::filesystem::path& folder, const std::filesystem::path& top,
                      Replace replace);

} // namespace rdvc::project
