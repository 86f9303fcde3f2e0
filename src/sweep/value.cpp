#include "sweep/value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace rdvc::sweep {

namespace {

// Characters that Hydra's grammar lets nobody write in a text without `\` (its rule ESC).
std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (std::string_view("\\()[]{}:=, \t").find(c) != std::string_view::npos)
            result += '\\';
        result += c;
    }
    return result;
}

// In quotes only the quotes are escaped, and backslashes only before a quote.
std::string quoted(const Quoted& value) {
    std::string result(1, value.mark);
    std::size_t backslashes = 0;
    const auto before_quote = [&] { result.append(backslashes, '\\'); };
    for (const char c : value.text) {
        if (c == value.mark) {
            before_quote();
            result += '\\';
        }
        backslashes = c == '\\' ? backslashes + 1 : 0;
        result += c;
    }
    before_quote();
    return result + value.mark;
}

struct Text {
    std::string operator()(const Null&) const { return "null"; }
    std::string operator()(bool value) const { return value ? "True" : "False"; }
    std::string operator()(const Integer& value) const { return value.digits; }
    std::string operator()(double value) const { return float_text(value); }
    std::string operator()(const std::string& value) const { return escaped(value); }
    std::string operator()(const Quoted& value) const { return quoted(value); }
    std::string operator()(const List& values) const {
        std::string result;
        for (const auto& value : values)
            result += (result.empty() ? "" : ",") + text_of(value);
        return "[" + result + "]";
    }
    std::string operator()(const Dict& dict) const {
        std::string result;
        for (std::size_t i = 0; i < dict.keys.size(); ++i)
            result += (i == 0 ? "" : ",") + text_of(dict.keys[i]) + ":" + text_of(dict.values[i]);
        return "{" + result + "}";
    }
    template <typename Sweep>
    std::string operator()(const Sweep& sweep) const {
        throw std::invalid_argument(kind_of({sweep}) + " cannot be inside another value");
    }
};

bool is_quoted_equal(const Quoted& one, const Quoted& other) {
    return one.text == other.text && one.mark == other.mark;
}

bool all_equal(const List& one, const List& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), equal);
}

// Regardless of their order.
bool is_dict_equal(const Dict& one, const Dict& other) {
    if (one.keys.size() != other.keys.size())
        return false;
    for (std::size_t i = 0; i < one.keys.size(); ++i) {
        const auto found = std::find_if(other.keys.begin(), other.keys.end(),
                                        [&](const Value& key) { return equal(key, one.keys[i]); });
        if (found == other.keys.end() ||
            !equal(one.values[i],
                   other.values[static_cast<std::size_t>(found - other.keys.begin())]))
            return false;
    }
    return true;
}

bool is_nan(const Number& number) {
    const auto* value = std::get_if<double>(&number);
    return value != nullptr && std::isnan(*value);
}

} // namespace

bool Value::is_sweep() const {
    return as<Choice>() != nullptr || as<Range>() != nullptr || as<Interval>() != nullptr ||
           as<Glob>() != nullptr;
}

std::string kind_of(const Value& value) {
    constexpr std::array<const char*, 12> kinds = {
        "null",   "true or false", "a number", "a number",  "a text",       "a text",
        "a list", "a map",         "a sweep",  "`range()`", "`interval()`", "`glob()`"};
    static_assert(std::variant_size_v<decltype(value.data)> == kinds.size());
    return kinds.at(value.data.index());
}

std::string text_of(const Value& value) {
    return std::visit(Text{}, value.data);
}

const Number* number_of(const Value& value, Number& storage) {
    if (const auto* flag = value.as<bool>())
        storage = Integer{*flag ? "1" : "0"};
    else if (const auto* integer = value.as<Integer>())
        storage = *integer;
    else if (const auto* real = value.as<double>())
        storage = *real;
    else
        return nullptr;
    return &storage;
}

int compare(const Number& one, const Number& other) {
    const auto infinity = [](const Number& number) {
        const auto* real = std::get_if<double>(&number);
        return real != nullptr && std::isinf(*real) ? (*real < 0 ? -1 : 1) : 0;
    };
    if (infinity(one) != 0 || infinity(other) != 0)
        return infinity(one) - infinity(other);
    const auto exact = [](const Number& number) {
        return std::visit([](const auto& value) { return Decimal(value); }, number);
    };
    return exact(one).compare(exact(other));
}

bool equal(const Value& one, const Value& other) {
    Number my_number;
    Number their_number;
    if (number_of(one, my_number) != nullptr && number_of(other, their_number) != nullptr)
        return !is_nan(my_number) && !is_nan(their_number) && compare(my_number, their_number) == 0;
    if (one.data.index() != other.data.index())
        return false;
    if (const auto* text = one.as<std::string>())
        return *text == *other.as<std::string>();
    if (const auto* text = one.as<Quoted>())
        return is_quoted_equal(*text, *other.as<Quoted>());
    if (const auto* list = one.as<List>())
        return all_equal(*list, *other.as<List>());
    if (const auto* dict = one.as<Dict>())
        return is_dict_equal(*dict, *other.as<Dict>());
    return one.as<Null>() != nullptr;
}

bool less(const Value& one, const Value& other) {
    Number my_number;
    Number their_number;
    if (number_of(one, my_number) != nullptr && number_of(other, their_number) != nullptr) {
        if (is_nan(my_number) || is_nan(their_number))
            throw std::invalid_argument("it cannot sort NaN");
        return compare(my_number, their_number) < 0;
    }
    if (const auto* mine = one.as<std::string>(), *theirs = other.as<std::string>();
        mine != nullptr && theirs != nullptr)
        return *mine < *theirs;
    if (const auto* mine = one.as<List>(), *theirs = other.as<List>();
        mine != nullptr && theirs != nullptr) {
        const auto [my_end, their_end] =
            std::mismatch(mine->begin(), mine->end(), theirs->begin(), theirs->end(), equal);
        if (my_end != mine->end() && their_end != theirs->end())
            return less(*my_end, *their_end);
        return my_end == mine->end() && their_end != theirs->end();
    }
    throw std::invalid_argument("it cannot sort " + kind_of(one) + " and " + kind_of(other));
}

} // namespace rdvc::sweep
