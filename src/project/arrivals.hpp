// Files that came from elsewhere go into the work tree. Their names are not trusted: nothing is
// written outside of it, into `.git`, through a link, or where programs here would obey it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace rdvc::project {

/// True if a link at `path` (from the work tree's root) that says `target` stays in the work tree,
/// whatever other links are in it, and leads to no guarded name.
bool stays_inside(const std::filesystem::path& path, const std::filesystem::path& target);

/// The files and links below `folder`, sorted, from there. Throws Error (failed) for a name that
/// has
/// `.git` in it, a folder that Git takes for a bare repository, a link that leads out, and what is
/// neither file, folder nor link.
std::vector<std::filesystem::path> arrivals_in(const std::filesystem::path& folder);

/// Removes links that lead out from below `folder`; gives their number.
std::size_t leave_out_links_outside(const std::filesystem::path& folder);

/// Removes from below `folder` what has a guarded name (guarded_names.hpp) that no declared path
/// has in it, `.git` excepted, which arrivals_in refuses; gives what was removed, sorted.
std::vector<std::filesystem::path> leave_out_guarded(const std::filesystem::path& folder,
                                                     const std::vector<std::string>& declared);

/// Those arrivals that are in none of the declared folders. Throws Error as arrivals_in does.
std::vector<std::filesystem::path> arrivals_outside(const std::filesystem::path& folder,
                                                    const std::vector<std::string>& declared);

enum class Replace { no, yes }; ///< local files of another content

struct Placed {
    std::size_t written = 0;
    std::size_t same = 0; ///< were there already
};

/// Moves all arrivals in `folder` to their places below `top`. Throws Error (failed), with nothing
/// changed: as arrivals_in does, for a local file of another content (unless `replace`), for a link
/// on the way, for a folder where a file belongs and the other way round.
Placed put_into_place(const std::filesystem::path& folder, const std::filesystem::path& top,
                      Replace replace);

} // namespace rdvc::project
