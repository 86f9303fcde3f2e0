// Options of `rdvc run` that nobody has, and what was probably meant.
#pragma once

#include <string>

namespace rdvc::submission {

/// Throws Error (usage) for `--NAME`: abbreviated, mistyped, or newer than this rdvc.
[[noreturn]] void refuse_unknown_long(const std::string& name);

/// Throws Error (usage) for a letter, `-X`: perhaps one of sbatch's.
[[noreturn]] void refuse_unknown_short(const std::string& shown);

} // namespace rdvc::submission
