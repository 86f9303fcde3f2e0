// Names of files that programs on this machine obey as soon as they are there: Git, DVC and rdvc,
// shells, editors, direnv. A cluster's files never get one of them unasked.
#pragma once

#include <string>
#include <string_view>

namespace rdvc::project {

/// `name` as those file systems take it that know no difference of case, ignore some characters,
/// drop dots and blanks at the end, or know a file by a short name as well: names that could be one
/// file are equal.
std::string folded_name(std::string_view name);

/// True if that is `.git`.
bool is_git_folder(std::string_view name);

/// True if programs here obey a file or folder of this name; `.git` is one.
bool is_guarded_name(std::string_view name);

} // namespace rdvc::project
