// YAML as DVC reads it: merge keys are merged, a key stands once in a map.
#pragma once

#include <string>

#include <yaml-cpp/yaml.h>

namespace rdvc::data {

/// Throws YAML::Exception for text that is not YAML, or none that DVC takes.
YAML::Node load_yaml(const std::string& text);

/// The text of a scalar; "" for everything else.
std::string text_of(const YAML::Node& node);

/// True where the YAML says true or false so; `otherwise` for all else.
bool flag_of(const YAML::Node& node, bool otherwise);

/// Calls `visit` for each element of a list, or not at all.
template <typename Visit>
void each_in(const YAML::Node& list, const Visit& visit) {
    if (list && list.IsSequence())
        for (const auto& element : list)
            visit(element);
}

} // namespace rdvc::data
