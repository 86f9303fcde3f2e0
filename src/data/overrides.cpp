#include "data/overrides.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "data/paths.hpp"
#include "data/values.hpp"

namespace rdvc::data {

Override parse_override(const std::string& text) {
    const auto equals = text.find('=');
    Override parsed;
    parsed.key = text.substr(0, equals);
    if (equals != std::string::npos)
        parsed.value = text.substr(equals + 1);
    if (const auto colon = parsed.key.find(':'); colon != std::string::npos) {
        parsed.file = parsed.key.substr(0, colon);
        parsed.key.erase(0, colon + 1);
    }
    const auto start = parsed.key.find_first_not_of("+~ ");
    parsed.adds = parsed.key.substr(0, start).find('+') != std::string::npos;
    parsed.key.erase(0, std::min(start, parsed.key.size()));
    parsed.key.erase(std::min(parsed.key.find_first_of("[@ "), parsed.key.size())); // `a[0]`
    return parsed;
}

namespace {

// Values that Hydra and YAML read alike: a word, or a number without a sign or zeros before it.
bool is_plain_scalar(const std::string& value) {
    const auto lower = base::lower(value);
    if (value.empty() || lower == "nan" || lower == "inf")
        return false;
    if (std::isalpha(static_cast<unsigned char>(value[0])) != 0)
        return (lower == value || (lower != "true" && lower != "false" && lower != "null")) &&
               std::all_of(value.begin(), value.end(), [](unsigned char c) {
                   return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
               });
    const auto point = std::count(value.begin(), value.end(), '.');
    const auto sign = value.find('-');
    return base::is_digit(value[0]) && point <= 1 &&
           !(value[0] == '0' && value.size() > 1 && base::is_digit(value[1])) &&
           value.find_first_not_of("0123456789.eE-") == std::string::npos &&
           (sign == std::string::npos || lower[sign - 1] == 'e');
}

} // namespace

std::optional<std::string> value_set(const std::vector<std::string>& overrides,
                                     const std::string& here, const std::string& file,
                                     const std::string& key) {
    std::optional<std::string> value;
    for (const auto& text : overrides) {
        const auto set = parse_override(text);
        if (!may_set({text}, file, key))
            continue;
        if (set.key != key || text.find_first_of("~[@") != std::string::npos ||
            join_path(here, set.file) != file || !is_plain_scalar(set.value))
            return std::nullopt;
        value = flat(YAML::Load(set.value));
    }
    return value;
}

bool may_set(const std::vector<std::string>& overrides, const std::string& file,
             const std::string& key) {
    return std::any_of(overrides.begin(), overrides.end(), [&](const std::string& text) {
        const auto set = parse_override(text);
        return base_name(file) == base_name(set.file) &&
               (key == set.key || key.starts_with(set.key + ".") || set.key.starts_with(key + "."));
    });
}

} // namespace rdvc::data
