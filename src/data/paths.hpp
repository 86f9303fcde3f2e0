// Paths as written in DVC's files -> from the repository's root.
#pragma once

#include <string>

namespace rdvc::data {

/// The folder of a file; "" for the repository's root.
std::string folder_of(const std::string& file);

/// The last part of a path.
std::string base_name(const std::string& path);

/// A path as written in `folder` -> from the repository's root; "" for the root itself.
std::string join_path(const std::string& folder, const std::string& path);

/// The same, but `.` for the root itself and "" for a path outside of the repository.
std::string in_repository(const std::string& folder, const std::string& path);

/// True if the paths are equal or one is inside the other; `.` is the repository's root.
bool overlap(const std::string& a, const std::string& b);

/// The folder of `a/${x}.csv` for any x: `a`; "" if it depends on x.
std::string literal_part(const std::string& path);

/// True if `path` may be what the template `written` gives.
bool may_be(const std::string& path, const std::string& written);

} // namespace rdvc::data
