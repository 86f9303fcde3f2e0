#include "table/value.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.hpp"

namespace rdvc::table {

bool Value::is_comparable() const {
    return (kind == Kind::number || kind == Kind::boolean) && !std::isnan(number);
}

bool Value::is_finite() const {
    return is_comparable() && std::isfinite(number);
}

namespace {

// As Python's json and YAML write them.
std::optional<double> special_number(std::string_view word) {
    const bool is_negative = word.starts_with('-');
    if (is_negative || word.starts_with('+'))
        word.remove_prefix(1);
    const auto lower = base::lower(std::string(word));
    if (lower == ".nan" || lower == "nan")
        return std::numeric_limits<double>::quiet_NaN();
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    if (lower == ".inf" || lower == "inf" || lower == "infinity")
        return is_negative ? -infinity : infinity;
    return std::nullopt;
}

std::optional<double> parse_decimal(std::string_view word) {
    if (word.starts_with('+'))
        word.remove_prefix(1);
    if (word.empty() || word.find_first_of("0123456789") == std::string_view::npos ||
        word.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
        return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (end != word.data() + word.size())
        return std::nullopt;
    if (error == std::errc::result_out_of_range) // from_chars does not say on which side
        return std::strtod(std::string(word).c_str(), nullptr);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

} // namespace

Value value_of(std::string_view word) {
    if (word.empty() || word == "~" || word == "null" || word == "Null" || word == "NULL")
        return {};
    if (word == "true" || word == "True" || word == "TRUE")
        return {Value::Kind::boolean, "true", 1};
    if (word == "false" || word == "False" || word == "FALSE")
        return {Value::Kind::boolean, "false", 0};
    auto number = parse_decimal(word);
    if (!number)
        number = special_number(word);
    return number ? Value{Value::Kind::number, std::string(word), *number}
                  : Value{Value::Kind::text, std::string(word)};
}

} // namespace rdvc::table
