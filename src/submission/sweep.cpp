#include "submission/sweep.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace rdvc::submission {

namespace {

// The parts of `value` between commas that are outside brackets and quotes.
std::vector<std::string> split_at_commas(std::string_view value) {
    std::vector<std::string> parts(1);
    int depth = 0;
    char quote = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == ',' && depth <= 0 && quote == 0) {
            parts.emplace_back();
            continue;
        }
        parts.back() += c;
        if (c == '\\' && i + 1 < value.size())
            parts.back() += value[++i];
        else if (quote != 0)
            quote = c == quote ? '\0' : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (c == '[' || c == '{' || c == '(')
            ++depth;
        else if (c == ']' || c == '}' || c == ')')
            --depth;
    }
    return parts;
}

bool has_several_values(std::string_view text, int depth);

// `NAME(...)`: sweeps, and functions that are sweeps if their argument is one. Source: Hydra 1.3,
// "Extended override grammar".
bool is_sweep_call(const std::string& function, const std::vector<std::string>& arguments,
                   int depth) {
    constexpr std::array<std::string_view, 4> sweeps = {"choice", "range", "interval", "glob"};
    constexpr std::array<std::string_view, 7> wrappers = {"sort", "shuffle", "int",     "float",
                                                          "str",  "bool",    "json_str"};
    const auto is_one_of = [&function](const auto& names) {
        return std::find(names.begin(), names.end(), function) != names.end();
    };
    if (is_one_of(sweeps))
        return true;
    std::vector<std::string> positional;
    for (const auto& argument : arguments)
        if (argument.find('=') == std::string::npos) // not `reverse=true`
            positional.push_back(argument);
    if (function == "tag")
        return !positional.empty() && has_several_values(positional.back(), depth);
    return is_one_of(wrappers) &&
           (positional.size() > 1 ||
            (positional.size() == 1 && has_several_values(positional[0], depth)));
}

bool has_several_values(std::string_view text, int depth) {
    constexpr int deepest = 100; // nested calls; nobody means that
    if (depth > deepest)
        return true;
    const auto value = base::trim(text);
    if (split_at_commas(value).size() > 1)
        return true;
    const auto bracket = value.find('(');
    if (bracket == std::string::npos || value.back() != ')')
        return false;
    return is_sweep_call(base::trim(value.substr(0, bracket)),
                         split_at_commas(value.substr(bracket + 1, value.size() - bracket - 2)),
                         depth + 1);
}

} // namespace

bool is_sweep(std::string_view override) {
    const auto equals = override.find('=');
    return equals != std::string_view::npos && has_several_values(override.substr(equals + 1), 0);
}

} // namespace rdvc::submission
