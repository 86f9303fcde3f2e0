#include "data/groups.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/core.h>

namespace rdvc::data {

namespace {

using Members = std::optional<std::vector<Member>>;

constexpr std::size_t most = 10'000; // stages of a group, above which expanding it is not worth it

bool is_composite(const YAML::Node& node) {
    return node.IsMap() || node.IsSequence();
}

YAML::Node text_node(const std::string& text) {
    YAML::Node node(text);
    node.SetTag("!"); // as if in quotes
    return node;
}

Members members_of_list(const YAML::Node& list) {
    const bool by_place = std::any_of(list.begin(), list.end(),
                                      [](const YAML::Node& item) { return is_composite(item); });
    std::vector<Member> members;
    for (const auto& item : list) {
        const auto suffix =
            by_place ? std::optional(fmt::format("{}", members.size())) : interpolated(item);
        if (!suffix)
            return std::nullopt;
        members.push_back({*suffix, {{"item", item}}});
    }
    return members;
}

Members members_of_map(const YAML::Node& map) {
    std::vector<Member> members;
    for (const auto& pair : map) {
        const auto suffix = interpolated(pair.first);
        if (!suffix)
            return std::nullopt;
        members.push_back({*suffix, {{"item", pair.second}, {"key", text_node(*suffix)}}});
    }
    return members;
}

// Each member with each value of one more axis.
Members crossed(const std::vector<Member>& members, const std::string& axis,
                const YAML::Node& values) {
    std::vector<Member> all;
    for (const auto& member : members)
        for (std::size_t i = 0; i < values.size(); ++i) {
            const YAML::Node value = values[i];
            const auto part = is_composite(value) ? std::optional(fmt::format("{}{}", axis, i))
                                                  : interpolated(value);
            if (!part || all.size() >= most)
                return std::nullopt;
            auto next = member;
            next.suffix += (member.values.empty() ? "" : "-") + *part;
            next.values.emplace_back(axis, value);
            all.push_back(std::move(next));
        }
    return all;
}

Members members_of_matrix(const YAML::Node& axes) {
    Members members = std::vector<Member>(1);
    for (const auto& axis : axes) {
        if (!members || !axis.first.IsScalar() || !axis.second.IsSequence())
            return std::nullopt;
        members = crossed(*members, axis.first.Scalar(), axis.second);
    }
    if (!members)
        return std::nullopt;
    std::vector<Member> named;
    for (const auto& [suffix, values] : *members) {
        YAML::Node item(YAML::NodeType::Map);
        for (const auto& [axis, value] : values)
            item[axis] = value;
        named.push_back({suffix, {{"item", item}, {"key", text_node(suffix)}}});
    }
    return named;
}

} // namespace

bool is_group(const YAML::Node& definition) {
    return definition["foreach"] || definition["matrix"];
}

YAML::Node body_of(const YAML::Node& definition) {
    return definition["do"] ? definition["do"] : definition;
}

Members members_of(const YAML::Node& definition, const Context& context) {
    const bool is_matrix = !definition["foreach"];
    const auto items = context.resolve(definition[is_matrix ? "matrix" : "foreach"]);
    if (!is_composite(items) || has_template(items) || items.size() > most)
        return std::nullopt;
    if (is_matrix)
        return items.IsMap() ? members_of_matrix(items) : std::nullopt;
    return items.IsMap() ? members_of_map(items) : members_of_list(items);
}

} // namespace rdvc::data
