#include "io/config.hpp"

#include <yaml-cpp/yaml.h>

#include <functional>
#include <type_traits>
#include <utility>

#include "io/error.hpp"
#include "io/files.hpp"
#include "io/numbers.hpp"

namespace esol {
namespace {

// Calls `visit` with the dotted key and the node of each scalar and list.
void visit_leaves(const YAML::Node& node, const std::string& prefix,
                  const std::function<void(const std::string&, const YAML::Node&)>& visit) {
    if (!node.IsMap())
        return visit(prefix, node);
    for (const auto& entry : node) {
        const auto name = entry.first.as<std::string>();
        visit_leaves(entry.second, prefix.empty() ? name : prefix + "." + name, visit);
    }
}

} // namespace

Config Config::load(const std::filesystem::path& path) {
    return parse(read_file(path), path.string());
}

Config Config::parse(const std::string& text, std::string name) {
    Config config;
    config.name_ = std::move(name);
    try {
        const YAML::Node root = YAML::Load(text);
        if (!root.IsMap())
            throw Error(config.name_ + ": is not a YAML mapping of keys to values");
        visit_leaves(root, "", [&](const std::string& key, const YAML::Node& node) {
            if (node.IsScalar()) {
                config.values_[key] = {false, {node.Scalar()}};
            } else if (node.IsSequence()) {
                Value value{true, {}};
                for (const auto& item : node)
                    value.items.push_back(item.IsScalar() ? item.Scalar() : "");
                config.values_[key] = std::move(value);
            }
        });
    } catch (const YAML::Exception& exception) {
        const auto line =
            static_cast<std::size_t>(exception.mark.is_null() ? 0 : exception.mark.line);
        throw Error(place(config.name_, line + 1) + ": " + exception.msg);
    }
    return config;
}

std::string Config::text(std::string_view key) const {
    return scalar(key);
}

long Config::integer(std::string_view key) const {
    return convert<long>(key, scalar(key));
}

double Config::number(std::string_view key) const {
    return convert<double>(key, scalar(key));
}

std::vector<long> Config::integers(std::string_view key) const {
    std::vector<long> result;
    for (const std::string& item : list(key))
        result.push_back(convert<long>(key, item));
    return result;
}

std::vector<double> Config::numbers(std::string_view key) const {
    std::vector<double> result;
    for (const std::string& item : list(key))
        result.push_back(convert<double>(key, item));
    return result;
}

long Config::integer_from(std::string_view key, long least) const {
    const long value = integer(key);
    if (value < least) {
        reject(key, "is " + std::to_string(value) + ", must be at least " + std::to_string(least));
    }
    return value;
}

void Config::require_text(std::string_view key, std::string_view expected) const {
    if (const std::string value = text(key); value != expected) {
        reject(key, "is `" + value + "`, only `" + std::string(expected) + "` is known");
    }
}

void Config::reject(std::string_view key, std::string_view complaint) const {
    throw Error(name_ + ": `" + std::string(key) + "` " + std::string(complaint));
}

const Config::Value& Config::find(std::string_view key) const {
    const auto found = values_.find(key);
    if (found == values_.end())
        reject(key, "is missing");
    return found->second;
}

const std::string& Config::scalar(std::string_view key) const {
    const Value& value = find(key);
    if (value.is_list)
        reject(key, "is a list, a single value is needed");
    return value.items.front();
}

const std::vector<std::string>& Config::list(std::string_view key) const {
    const Value& value = find(key);
    if (!value.is_list)
        reject(key, "is a single value, a list is needed");
    return value.items;
}

template <typename Number>
Number Config::convert(std::string_view key, const std::string& item) const {
    if (const auto number = parse_number<Number>(item))
        return *number;
    reject(key, "is `" + item + "`, not a " +
                    (std::is_integral_v<Number> ? "whole number" : "finite number"));
}

} // namespace esol
