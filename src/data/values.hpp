// YAML values as DVC compares them.
#pragma once

#include <optional>
#include <string>

#include <yaml-cpp/yaml.h>

namespace rdvc::data {

/// One line for a value, the same for values that DVC considers equal, however they are written:
/// `1e-3` and `0.001`, maps in any order. A text differs from the number in it.
std::string flat(const YAML::Node& node);

/// The value of `key` (`a.b.0`) in a parameter file, in the form of `flat`; nothing if it is
/// missing.
std::optional<std::string> parameter(const std::string& content, const std::string& key);

} // namespace rdvc::data
