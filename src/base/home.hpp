// Where the user is at home on this machine.
#pragma once

#include <filesystem>

namespace rdvc::base {

/// The user's home folder: `home`, the value of $HOME, or what the password database says if that
/// is not absolute. Never a relative path, which would be a place in the current folder. Throws
/// Error (not_ready) if neither is known.
std::filesystem::path home_folder(const std::filesystem::path& home);

} // namespace rdvc::base
