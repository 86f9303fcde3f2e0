// The completion scripts of shells, which ask `rdvc complete`.
#pragma once

#include <string>
#include <vector>

namespace rdvc::completion {

/// bash, fish, zsh.
std::vector<std::string> shells();

/// The script for one of them.
std::string shell_script(const std::string& shell);

} // namespace rdvc::completion
