#include "data/values.hpp"

#include <algorithm>
#include <locale>
#include <sstream>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "data/yaml.hpp"

namespace rdvc::data {

namespace {

// A decimal number that a double represents exactly enough for comparing; others stay as written.
std::optional<double> number_in(const std::string& text) {
    constexpr std::size_t digits_of_a_double = 15;
    const auto digits = std::count_if(text.begin(), text.end(), base::is_digit);
    const auto first = text.find_first_not_of("+-");
    if (digits == 0 || static_cast<std::size_t>(digits) > digits_of_a_double ||
        text.find_first_not_of("0123456789+-.eE") != std::string::npos ||
        (text[first] != '.' && !base::is_digit(text[first])) ||
        (text[first] == '0' && first + 1 < text.size() && base::is_digit(text[first + 1])))
        return std::nullopt;
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    double value = 0;
    stream >> value;
    return stream && stream.peek() == std::istringstream::traits_type::eof() ? std::optional(value)
                                                                             : std::nullopt;
}

// Only something that begins like a word can be text without quotes, and not always.
bool is_word(const std::string& text) {
    if (text.empty() || !((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')))
        return false;
    const auto lower = base::lower(text);
    return lower != "true" && lower != "false" && lower != "null";
}

std::string flat_scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    const bool is_plain = node.Tag().empty() || node.Tag() == "?";
    if (!is_plain || is_word(text))
        return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const auto number = number_in(text);
    return number ? fmt::format("{}", *number) : text;
}

// Aliases can expand a small file into an endless value.
void check_size(std::size_t depth, std::size_t size) {
    constexpr std::size_t deepest = 100;
    constexpr std::size_t longest = 1U << 24U;
    if (depth > deepest || size > longest)
        throw YAML::Exception(YAML::Mark::null_mark(), "a value is too large");
}

std::string flat_at(const YAML::Node& node, std::size_t depth) {
    check_size(depth, 0);
    if (node.IsScalar())
        return flat_scalar(node);
    if (!node.IsSequence() && !node.IsMap())
        return "null";
    std::vector<std::string> parts;
    std::size_t size = 0;
    const auto add = [&](std::string part) {
        size += part.size();
        check_size(depth, size);
        parts.push_back(std::move(part));
    };
    if (node.IsSequence()) {
        for (const auto& element : node)
            add(flat_at(element, depth + 1));
        return "[" + base::join(parts, ", ") + "]";
    }
    for (const auto& pair : node)
        add(flat_at(pair.first, depth + 1) + ": " + flat_at(pair.second, depth + 1));
    std::sort(parts.begin(), parts.end());
    return "{" + base::join(parts, ", ") + "}";
}

} // namespace

std::string flat(const YAML::Node& node) {
    return flat_at(node, 0);
}

std::optional<std::string> parameter(const std::string& content, const std::string& key) {
    try {
        YAML::Node node = load_yaml(content);
        for (const auto& part : base::split(key, '.')) {
            YAML::Node next;
            if (node.IsMap())
                next.reset(node[part]);
            else if (node.IsSequence() && !part.empty() &&
                     part.find_first_not_of("0123456789") == std::string::npos && part.size() < 9 &&
                     std::stoul(part) < node.size())
                next.reset(node[std::stoul(part)]);
            else
                return std::nullopt;
            if (!next.IsDefined())
                return std::nullopt;
            node.reset(next);
        }
        return flat(node);
    } catch (const YAML::Exception&) {
        return std::nullopt;
    }
}

} // namespace rdvc::data
