#include "sweep/sweep.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sweep/functions.hpp"
#include "sweep/grammar.hpp"
#include "sweep/plan.hpp"
#include "sweep/shuffle.hpp"

namespace rdvc::sweep {

namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw base::Error(base::Exit::usage, what);
}

// For text that is no override: whether somebody meant a sweep. A function that only a later Hydra
// knows is none.
bool looks_swept(const std::string& word) {
    const auto equals = word.find('=');
    if (equals == std::string::npos)
        return false;
    const auto value = base::trim(word.substr(equals + 1));
    const auto bracket = std::min(value.find_first_of("(,'\"[{"), value.size());
    if (value.substr(bracket).starts_with('('))
        return is_function(base::trim(value.substr(0, bracket)));
    return split_at_commas(value).size() > 1;
}

// What one `--exclude` matches: each parameter has this value.
struct Exclusion {
    std::string text;
    std::vector<std::pair<std::size_t, Value>> conditions;
    bool has_matched = false;
};

// Quotes are no part of a value.
bool same(const Value& one, const Value& other) {
    const auto plain = [](const Value& value) {
        const auto* quoted = value.as<Quoted>();
        return quoted != nullptr ? Value{std::string(quoted->text)} : value;
    };
    return equal(plain(one), plain(other));
}

Exclusion exclusion(const Plan& plan, const std::string& text) {
    Exclusion result{text, {}, false};
    for (const auto& part : split_at_commas(text)) {
        const auto override = parse_override(base::trim(part), {.before = "--exclude "});
        if (!override.value || override.value->is_sweep() || override.change != Change::set)
            refuse(fmt::format("`--exclude {}`: expected KEY=VALUE[,KEY=VALUE]", text));
        const auto i = find_parameter(plan, override.file, override.key);
        if (i == plan.parameters.size())
            refuse(fmt::format("`--exclude {}`: the sweep does not set `{}`{}", text,
                               override.name(), base::suggestion(override.name(), names_of(plan))));
        result.conditions.emplace_back(i, *override.value);
    }
    return result;
}

// Which value each parameter has in one experiment.
using Indices = std::vector<std::size_t>;

bool matches(const Plan& plan, const Exclusion& exclusion, const Indices& at) {
    return std::all_of(exclusion.conditions.begin(), exclusion.conditions.end(),
                       [&](const auto& condition) {
                           const auto& [parameter, value] = condition;
                           return same(plan.parameters[parameter].values[at[parameter]], value);
                       });
}

// Each of them is asked, so that all that match are known.
bool is_excluded(const Plan& plan, std::vector<Exclusion>& exclusions, const Indices& at) {
    bool excluded = false;
    for (auto& exclusion : exclusions)
        if (matches(plan, exclusion, at))
            excluded = exclusion.has_matched = true;
    return excluded;
}

// The indices of experiment `number`: the last axis changes fastest.
Indices indices(const Plan& plan, std::size_t number) {
    Indices at(plan.parameters.size(), 0);
    for (auto axis = plan.axes.rbegin(); axis != plan.axes.rend(); ++axis) {
        for (const auto parameter : axis->parameters)
            at[parameter] = number % axis->size;
        number /= axis->size;
    }
    return at;
}

std::vector<bool> varying(const Plan& plan) {
    std::vector<bool> result;
    for (const auto& parameter : plan.parameters)
        result.push_back(
            std::set<std::string>(parameter.texts.begin(), parameter.texts.end()).size() > 1);
    return result;
}

} // namespace

bool is_sweep(const std::string& override) {
    if (override.find_first_of(",(") == std::string::npos) // neither a choice nor a function
        return false;
    try {
        Shuffler any(0);
        const auto parsed = parse_override(override, {.before = "-S ", .shuffler = &any});
        return parsed.value && parsed.value->is_sweep();
    } catch (const base::Error&) {
        return looks_swept(override);
    }
}

bool is_sweep(std::span<const std::string> overrides) {
    return std::any_of(overrides.begin(), overrides.end(),
                       [](const std::string& override) { return is_sweep(override); });
}

std::size_t count(const Grid& grid) {
    return plan(grid, With::sizes).size();
}

std::vector<Combination> expand(const Grid& grid, std::size_t most) {
    const auto size = count(grid);
    if (size > most)
        refuse(fmt::format("the sweep has {} experiments{}; at most {} are possible", size,
                           grid.exclude.empty() ? "" : " before `--exclude`", most));
    const auto all = plan(grid, With::values);
    std::vector<Exclusion> exclusions;
    for (const auto& text : grid.exclude)
        exclusions.push_back(exclusion(all, text));
    const auto varies = varying(all);
    std::vector<Combination> result;
    for (std::size_t number = 0; number < size; ++number) {
        const auto at = indices(all, number);
        if (is_excluded(all, exclusions, at))
            continue;
        auto& combination = result.emplace_back();
        for (std::size_t i = 0; i < all.parameters.size(); ++i) {
            const auto& parameter = all.parameters[i];
            const auto& text = parameter.texts[at[i]];
            combination.overrides.push_back(parameter.override.with(text));
            if (varies[i])
                combination.varying.push_back({parameter.override.name(), text});
        }
    }
    for (const auto& exclusion : exclusions)
        if (!exclusion.has_matched)
            refuse(fmt::format("`--exclude {}` matches no experiment", exclusion.text));
    if (result.empty())
        refuse("`--exclude` leaves no experiment");
    return result;
}

Setting plain_setting(const std::string& word) {
    const auto override = parse_override(word);
    const auto& value = override.value;
    if (!value || value->is_sweep())
        refuse(fmt::format("`{}` is not one value of a parameter", word));
    if (const auto* quoted = value->as<Quoted>())
        return {override.name(), quoted->text};
    if (const auto* text = value->as<std::string>())
        return {override.name(), *text};
    if (const auto* flag = value->as<bool>())
        return {override.name(), *flag ? "true" : "false"};
    return {override.name(), text_of(*value)};
}

} // namespace rdvc::sweep
