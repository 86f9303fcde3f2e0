// YAML as DVC reads it: merge keys are merged, and a map has each key once.
#pragma once

#include <string>

#include <yaml-cpp/yaml.h>

namespace rdvc::data {

/// Throws YAML::Exception for text that is not YAML, or that DVC would reject.
YAML::Node load_yaml(const std::string& text);

/// The text of a scalar; "" for everything else.
std::string text_of(const YAML::Node& node);

/// The YAML's true or false; `otherwise` for everything else.
bool flag_of(const YAML::Node& node, bool otherwise);

/// Calls `visit` for each element of a list, or not at all.
template <typename Visit>
void each_in(const YAML::Node& list, const Visit& visit) {
    if (list && list.IsSequence())
        for (const auto& element : list)
            visit(element);
}

} // namespace rdvc::data
