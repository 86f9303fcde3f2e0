// Paths as DVC's files write them -> from the repository's root.
#pragma once

#include <string>

namespace rdvc::data {

/// The folder that a file is in; "" for the repository's root.
std::string folder_of(const std::string& file);

/// The last part of a path.
std::string base_name(const std::string& path);

/// A path as written in `folder` -> from the repository's root; "" for that itself.
std::string join_path(const std::string& folder, const std::string& path);

/// The same, but `.` for the root itself and "" for what is not in the repository.
std::string in_repository(const std::string& folder, const std::string& path);

/// True if one path is the other or lies in it; `.` is the repository's root.
bool overlap(const std::string& a, const std::string& b);

/// What `a/${x}.csv` is in whatever x is: `a`; "" if that cannot be told.
std::string literal_part(const std::string& path);

/// True if `path` may be what the template `written` gives.
bool may_be(const std::string& path, const std::string& written);

} // namespace rdvc::data
