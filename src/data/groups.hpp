// The stages that a `foreach` or a `matrix` stands for.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "data/templates.hpp"

namespace rdvc::data {

/// One of them: what stands behind `NAME@`, and what its templates have besides.
struct Member {
    std::string suffix;
    /// `item`, `key`. Never assign to such a node: yaml-cpp changes what it stands for.
    std::vector<std::pair<std::string, YAML::Node>> values;
};

bool is_group(const YAML::Node& definition);

/// What defines each of the stages.
YAML::Node body_of(const YAML::Node& definition);

/// Nothing where it takes DVC to tell.
std::optional<std::vector<Member>> members_of(const YAML::Node& definition, const Context& context);

} // namespace rdvc::data
