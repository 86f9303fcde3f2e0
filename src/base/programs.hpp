// Programs that rdvc calls: where one is, and what to say when it is missing.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rdvc::base {

/// The location of the program that was called as `name`: a path, or a word that $PATH finds.
/// `name` itself if not found.
std::filesystem::path find_program(const std::string& name, const std::string& path_variable);

/// Why `program` (a name or a path) could not be started; `error` is errno. Says how to install
/// those that rdvc itself needs.
Error cannot_start(std::string_view program, int error);

} // namespace rdvc::base
