// The stages that a `foreach` or a `matrix` stands for.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "data/templates.hpp"

namespace rdvc::data {

/// One of them: the text after `NAME@`, and the extra values of its templates.
struct Member {
    std::string suffix;
    /// `item`, `key`. Never assign to such a node: yaml-cpp would change the original.
    std::vector<std::pair<std::string, YAML::Node>> values;
};

bool is_group(const YAML::Node& definition);

/// The definition that all the stages share.
YAML::Node body_of(const YAML::Node& definition);

/// Nothing if only DVC can tell.
std::optional<std::vector<Member>> members_of(const YAML::Node& definition, const Context& context);

} // namespace rdvc::data
