// Names of files that programs on this machine obey as soon as they exist: Git, DVC and rdvc,
// shells, editors, direnv. A file from a cluster never gets one of them unasked.
#pragma once

#include <string>
#include <string_view>

namespace rdvc::project {

/// `name` as read by file systems that ignore case or some characters, drop dots and blanks at the
/// end, or have short names: names that could be the same file become equal.
std::string folded_name(std::string_view name);

/// True if that is `.git`.
bool is_git_folder(std::string_view name);

/// True if programs here obey a file or folder of this name; `.git` is one.
bool is_guarded_name(std::string_view name);

} // namespace rdvc::project
