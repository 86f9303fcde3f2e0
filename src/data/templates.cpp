#include "data/templates.hpp"

#include <algorithm>
#include <locale>
#include <sstream>

#include <fmt/core.h>

#include "base/text.hpp"
#include "data/paths.hpp"
#include "data/yaml.hpp"

namespace rdvc::data {

namespace {

constexpr std::string_view open = "${";

// The position of the first `${` that no backslash escapes.
std::size_t find_open(std::string_view text, std::size_t from) {
    auto at = text.find(open, from);
    while (at != std::string_view::npos && at > 0 && text[at - 1] == '\\')
        at = text.find(open, at + 1);
    return at;
}

// `a[0].b` -> a, 0, b
std::vector<std::string> parts_of(std::string expression) {
    std::erase(expression, ']');
    std::replace(expression.begin(), expression.end(), '[', '.');
    std::vector<std::string> parts;
    for (const auto& part : base::split(expression, '.'))
        parts.push_back(base::trim(part));
    return parts;
}

YAML::Node undefined() {
    return YAML::Node(YAML::NodeType::Undefined);
}

// JSON is YAML as well.
YAML::Node load_values(const std::string& text) {
    try {
        return load_yaml(text);
    } catch (const YAML::Exception&) {
        return undefined();
    }
}

YAML::Node child_of(const YAML::Node& node, const std::string& key) {
    if (node.IsMap()) {
        const auto found = node[key];
        return found.IsDefined() ? found : undefined();
    }
    constexpr std::size_t longest = 9;
    const bool is_index = !key.empty() && key.size() < longest &&
                          key.find_first_not_of("0123456789") == std::string::npos;
    return node.IsSequence() && is_index && std::stoul(key) < node.size() ? node[std::stoul(key)]
                                                                          : undefined();
}

bool is_decimal(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// As Python prints a float.
std::optional<std::string> printed_float(const std::string& text) {
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    double value = 0;
    stream >> value;
    if (!stream || stream.peek() != std::istringstream::traits_type::eof())
        return std::nullopt;
    auto printed = fmt::format("{}", value);
    if (printed.find_first_not_of("-0123456789") == std::string::npos)
        printed += ".0";
    return printed;
}

// Text that begins like a number in YAML 1.2, as Python prints it.
std::optional<std::string> printed_number(const std::string& text) {
    auto digits = text.substr(text.starts_with("-") || text.starts_with("+") ? 1 : 0);
    if (digits.find_first_not_of("0123456789.eE+-") != std::string::npos)
        return std::nullopt;
    if (!is_decimal(digits))
        return printed_float(text);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    return text.starts_with("-") && digits != "0" ? "-" + digits : digits;
}

} // namespace

bool has_template(std::string_view text) {
    return find_open(text, 0) != std::string_view::npos;
}

bool has_template(const YAML::Node& node) {
    if (node && node.IsScalar())
        return has_template(node.Scalar());
    return node && (node.IsSequence() || node.IsMap()) &&
           std::any_of(node.begin(), node.end(), [&](const auto& element) {
               const YAML::Node& whole = element;
               return node.IsSequence()
                          ? has_template(whole)
                          : has_template(element.first) || has_template(element.second);
           });
}

std::string unescaped(std::string text) {
    for (auto at = text.find("\\${"); at != std::string::npos; at = text.find("\\${", at))
        text.erase(at, 1);
    return text;
}

std::optional<std::string> interpolated(const YAML::Node& scalar) {
    if (scalar.IsDefined() && scalar.IsNull())
        return "None";
    if (!scalar || !scalar.IsScalar())
        return std::nullopt;
    const auto& text = scalar.Scalar();
    if (!scalar.Tag().empty() && scalar.Tag() != "?") // in quotes
        return text;
    const auto lower = base::lower(text);
    if (lower == "true" || lower == "false")
        return lower;
    const std::string_view doubtful = "+-.0123456789";
    return doubtful.find(text[0]) == std::string_view::npos ? std::optional(text)
                                                            : printed_number(text);
}

bool Context::load_file(const std::string& path, const std::vector<std::string>& keys) {
    const auto text = values_->text ? values_->text(path) : std::nullopt;
    if (!text || path.ends_with(".toml") || path.ends_with(".py"))
        return false;
    const auto all = load_values(*text);
    if (!all.IsMap())
        return false;
    YAML::Node chosen(YAML::NodeType::Map);
    for (const auto& key : keys)
        if (const YAML::Node value = child_of(all, key))
            chosen[key] = value;
    sources_.push_back({path, keys.empty() ? all : chosen});
    return true;
}

void Context::load(const YAML::Node& vars, const std::string& folder) {
    each_in(vars, [&](const YAML::Node& element) {
        if (element.IsMap())
            sources_.push_back({"", element});
        if (!element.IsScalar())
            return;
        const auto& text = element.Scalar(); // FILE, FILE:KEY,KEY
        const auto colon = text.find(':');
        std::vector<std::string> keys;
        if (colon != std::string::npos)
            for (auto& key : base::split(text.substr(colon + 1), ','))
                if (!key.empty())
                    keys.push_back(std::move(key));
        is_sure_ = load_file(join_path(folder, text.substr(0, colon)), keys) && is_sure_;
    });
}

void Context::set(const std::string& name, const YAML::Node& value) {
    YAML::Node map(YAML::NodeType::Map);
    map[name] = value;
    sources_.push_back({"", map});
}

// DVC merges maps of several sources: what the last one lacks may be in an earlier one.
YAML::Node Context::select(const std::string& expression) const {
    const auto parts = parts_of(expression);
    for (auto source = sources_.rbegin(); is_sure_ && source != sources_.rend(); ++source) {
        YAML::Node node = source->values;
        std::string key;
        for (const auto& part : parts) {
            key += (key.empty() ? "" : ".") + part;
            node.reset(child_of(node, part));
            if (!node.IsDefined())
                break;
        }
        if (!node.IsDefined())
            continue;
        const bool may_change =
            !source->file.empty() && values_->may_change && values_->may_change(source->file, key);
        return may_change ? undefined() : node;
    }
    return undefined();
}

std::string Context::resolve(const std::string& text) const {
    std::string resolved;
    std::size_t done = 0;
    for (auto at = find_open(text, 0); at != std::string::npos; at = find_open(text, done)) {
        const auto close = text.find('}', at);
        if (close == std::string::npos)
            break;
        const auto value =
            interpolated(select(text.substr(at + open.size(), close - at - open.size())));
        resolved += text.substr(done, at - done) + value.value_or(text.substr(at, close + 1 - at));
        done = close + 1;
    }
    return resolved + text.substr(done);
}

YAML::Node Context::resolve_scalar(const YAML::Node& node) const {
    const auto& text = node.Scalar();
    if (text.find(open) == std::string::npos)
        return node;
    if (find_open(text, 0) == 0 && text.find('}') == text.size() - 1) { // it may not be text
        const auto value = select(text.substr(open.size(), text.size() - open.size() - 1));
        return value && value.IsDefined() ? value : node;
    }
    YAML::Node whole(resolve(text));
    whole.SetTag("!");
    return whole;
}

YAML::Node Context::resolve(const YAML::Node& node) const {
    if (node.IsScalar())
        return resolve_scalar(node);
    if (!has_template(node))
        return node;
    YAML::Node copy(node.Type());
    if (node.IsSequence())
        for (const auto& element : node)
            copy.push_back(resolve(static_cast<const YAML::Node&>(element)));
    else if (node.IsMap())
        for (const auto& pair : node)
            copy[resolve(pair.first)] = resolve(pair.second);
    return copy;
}

} // namespace rdvc::data
