// Programs that rdvc calls: what to say when one is missing.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace rdvc::base {

/// Why `program` (a name or a path) could not be started; `error` is errno. Says how to install
/// those that rdvc itself needs.
Error cannot_start(std::string_view program, int error);

} // namespace rdvc::base
