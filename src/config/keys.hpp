// Keys and values of settings as a user types them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/toml.hpp"

namespace rdvc::config {

/// A key taken apart: `run.time`, `clusters.hpc.host`, `instances.g5.xlarge.mem` (the name between
/// the dots may have dots), `include`. Throws Error (usage) for a key that no file can have, and
/// names the one probably meant.
std::vector<std::string> parse_key(std::string_view key);

/// The inverse of parse_key.
std::string key_text(const std::vector<std::string>& path);

/// The TOML source of what was typed for a key that parse_key has taken apart: a list for a setting
/// that is one, else a flag, a whole number or a string. Throws Error (usage) for several words
/// where one is expected.
std::string value_source(const std::vector<std::string>& path,
                         const std::vector<std::string>& words);

/// TOML source of a value.
std::string to_source(const Scalar& value);

} // namespace rdvc::config
