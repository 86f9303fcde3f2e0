#include <charconv>
#include <limits>
#include <optional>

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "sweep/records.hpp"

namespace rdvc::sweep {

namespace {

std::size_t line_of(const YAML::Node& node) {
    return static_cast<std::size_t>(std::max(node.Mark().line, 0)) + 1;
}

// 0x1f, 0o17
std::optional<Integer> with_base(const std::string& text) {
    const int base = text.starts_with("0x") ? 16 : text.starts_with("0o") ? 8 : 0;
    std::uint64_t value = 0;
    if (base == 0)
        return std::nullopt;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data() + 2, end, value, base);
    return error == std::errc() && stopped == end && text.size() > 2
               ? std::optional(Integer{std::to_string(value)})
               : std::nullopt;
}

// What a scalar without quotes means in YAML 1.2, as DVC reads it.
Value plain(const std::string& text) {
    const auto lower = base::lower(text);
    const bool is_one_case = text == lower || text == base::upper(text) ||
                             text == base::upper(text.substr(0, 1)) + lower.substr(1);
    if (text.empty() || text == "~" || (is_one_case && lower == "null"))
        return {Null{}};
    if (is_one_case && (lower == "true" || lower == "false"))
        return {lower == "true"};
    if (const auto number = with_base(text))
        return {*number};
    const auto first = text.find_first_not_of("+-.");
    const bool is_number =
        first <= 2 && first != std::string::npos && text[first] >= '0' && text[first] <= '9';
    if (const auto number = is_number ? parse_integer(text) : std::nullopt)
        return {*number};
    if (const auto number =
            is_number && text.find('_') == std::string::npos ? parse_float(text) : std::nullopt)
        return {*number};
    if (lower == ".inf" || lower == "+.inf" || lower == "-.inf")
        return {(lower[0] == '-' ? -1 : 1) * std::numeric_limits<double>::infinity()};
    if (lower == ".nan")
        return {std::numeric_limits<double>::quiet_NaN()};
    return {text};
}

class YamlReader {
  public:
    // Aliases can expand a small file into endless values.
    explicit YamlReader(std::size_t size) : most_(100 * size) {}

    Value value(const YAML::Node& node, std::size_t depth = 0) {
        constexpr std::size_t deepest = 50;
        if (depth > deepest || ++visited_ > most_)
            throw BadLine{line_of(node), "a value is too large"};
        if (node.IsSequence()) {
            List list;
            for (const auto& element : node)
                list.push_back(value(element, depth + 1));
            return {std::move(list)};
        }
        return node.IsMap() ? Value{map(node, depth)} : scalar(node);
    }

    Dict map(const YAML::Node& node, std::size_t depth = 0) {
        Dict result;
        for (const auto& pair : node) {
            if (!pair.first.IsScalar())
                throw BadLine{line_of(pair.first), "a key must be a word"};
            const auto& key = pair.first.Scalar();
            for (const auto& other : result.keys)
                if (*other.as<std::string>() == key)
                    throw BadLine{line_of(pair.first), fmt::format("`{}` is given twice", key)};
            result.keys.push_back({key});
            result.values.push_back(value(pair.second, depth + 1));
        }
        return result;
    }

  private:
    static Value scalar(const YAML::Node& node) {
        if (!node.IsScalar())
            return {Null{}};
        const auto& tag = node.Tag();
        if (tag == "!" || tag == "tag:yaml.org,2002:str")
            return {node.Scalar()};
        if (!tag.empty() && tag != "?")
            throw BadLine{line_of(node), fmt::format("the tag `{}` is not supported", tag)};
        return plain(node.Scalar());
    }

    std::size_t most_;
    std::size_t visited_ = 0;
};

// YAML::Load() reads the first document, and YAML::LoadAll() of some broken texts takes minutes.
void check_one_document(std::string_view text) {
    bool has_content = false;
    std::size_t number = 0;
    for (const auto& line : base::lines(text)) {
        ++number;
        const bool is_mark = line == "---" || line.starts_with("--- ");
        if (is_mark && has_content)
            throw BadLine{number, "a second document; expected one"};
        const auto content = base::trim(line);
        has_content = has_content || is_mark ||
                      !(content.empty() || content.starts_with('#') || content.starts_with('%'));
    }
}

} // namespace

std::vector<Record> records_of_yaml(std::string_view text) {
    std::vector<Record> records;
    try {
        check_one_document(text);
        const auto list = YAML::Load(std::string(text));
        if (!list.IsSequence() && !list.IsNull())
            throw BadLine{line_of(list), "expected a list of maps: `- {KEY: VALUE, ...}`"};
        YamlReader reader(text.size());
        for (const auto& row : list) {
            if (!row.IsMap())
                throw BadLine{line_of(row), "expected a map: `- {KEY: VALUE, ...}`"};
            records.push_back({line_of(row), cells_of(reader.map(row), line_of(row))});
        }
    } catch (const YAML::Exception& error) {
        throw BadLine{static_cast<std::size_t>(std::max(error.mark.line, 0)) + 1,
                      fmt::format("this is not valid YAML: {}", error.msg)};
    }
    return records;
}

} // namespace rdvc::sweep
