#include "sweep/functions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <stdexcept>

#include <fmt/core.h>

#include "base/text.hpp"
#include "sweep/shuffle.hpp"

namespace rdvc::sweep {

namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw std::invalid_argument(what);
}

std::string shown(const Value& value) {
    const auto* text = value.as<std::string>();
    return text != nullptr ? *text : text_of(value);
}

bool is_null(const Value& value) {
    return value.as<Null>() != nullptr;
}

bool is_shufflable(const Value& value) {
    return value.as<Choice>() != nullptr || value.as<Range>() != nullptr;
}

bool is_number(const Value& value) {
    Number storage;
    return number_of(value, storage) != nullptr;
}

// A named argument; one that is null was not given. Of several with one name the last counts.
std::optional<Value> named(const Call& call, std::string_view name) {
    for (auto argument = call.named.rbegin(); argument != call.named.rend(); ++argument)
        if (argument->first == name)
            return is_null(argument->second) ? std::nullopt : std::optional(argument->second);
    return std::nullopt;
}

// ---- casts

using Scalar = Value (*)(const Value& value);

Value to_whole_number(const Value& value) {
    std::optional<Integer> result;
    if (const auto* flag = value.as<bool>())
        result = Integer{*flag ? "1" : "0"};
    else if (const auto* integer = value.as<Integer>())
        result = *integer;
    else if (const auto* real = value.as<double>())
        result = to_integer(*real);
    else if (const auto* text = value.as<std::string>())
        result = parse_integer(*text);
    if (!result)
        refuse(fmt::format("`{}` is not a whole number", shown(value)));
    return {*result};
}

Value to_real_number(const Value& value) {
    std::optional<double> result;
    if (const auto* flag = value.as<bool>())
        result = *flag ? 1.0 : 0.0;
    else if (const auto* integer = value.as<Integer>())
        result = to_double(*integer);
    else if (const auto* real = value.as<double>())
        result = *real;
    else if (const auto* text = value.as<std::string>())
        result = parse_float(*text);
    if (!result)
        refuse(fmt::format("`{}` is not a number", shown(value)));
    return {*result};
}

Value to_text(const Value& value) {
    if (const auto* flag = value.as<bool>())
        return {std::string(*flag ? "true" : "false")};
    if (const auto* integer = value.as<Integer>())
        return {integer->digits};
    if (const auto* real = value.as<double>())
        return {float_text(*real)};
    return value;
}

Value to_flag(const Value& value) {
    if (const auto* text = value.as<std::string>()) {
        const auto word = base::lower(*text);
        if (word != "true" && word != "false")
            refuse(fmt::format("`{}` is neither true nor false", shown(value)));
        return {word == "true"};
    }
    if (const auto* integer = value.as<Integer>())
        return {integer->digits != "0"};
    if (const auto* real = value.as<double>())
        return {*real != 0};
    return value;
}

Number to_number(const Value& value) {
    Number storage;
    return *number_of(value, storage);
}

Value cast(const Value& value, Scalar scalar);

List cast_all(List values, Scalar scalar) {
    for (auto& value : values)
        value = cast(value, scalar);
    return values;
}

// A sweep that is cast is no longer shuffled: Hydra makes a new one.
Value cast(const Value& value, Scalar scalar) {
    if (const auto* quoted = value.as<Quoted>())
        return scalar({quoted->text});
    if (const auto* list = value.as<List>())
        return {cast_all(*list, scalar)};
    if (const auto* dict = value.as<Dict>())
        return {Dict{dict->keys, cast_all(dict->values, scalar)}};
    if (const auto* choice = value.as<Choice>())
        return {Choice{cast_all(choice->values, scalar), choice->is_simple, false}};
    if (const auto* range = value.as<Range>()) {
        if (scalar != to_whole_number && scalar != to_real_number)
            refuse("a range can only become int or float");
        const auto part = [scalar](const Number& number) {
            return to_number(scalar(
                std::visit([](const auto& part_value) { return Value{part_value}; }, number)));
        };
        return {Range{part(range->start), part(range->stop), part(range->step), false}};
    }
    if (value.as<Interval>() != nullptr && (scalar == to_whole_number || scalar == to_real_number))
        return value;
    if (is_null(value) && scalar == to_flag)
        return {false};
    if (is_null(value) || value.is_sweep())
        refuse(kind_of(value) + " cannot be cast");
    return scalar(value);
}

// `a,b` as a value: no sweeps.
Choice simple_choice(List values) {
    for (const auto& value : values)
        if (value.is_sweep())
            refuse(kind_of(value) + " cannot be one value of several");
    return {std::move(values), true, false};
}

template <Scalar scalar>
Value cast_arguments(Call& call) {
    const auto value = named(call, "value");
    if (value && !call.positional.empty())
        refuse("it takes values or `value=`, not both");
    if (value)
        return cast(*value, scalar);
    if (call.positional.empty())
        refuse("it needs a value");
    if (call.positional.size() == 1)
        return cast(call.positional[0], scalar);
    return cast({simple_choice(std::move(call.positional))}, scalar);
}

// ---- sweeps

Value choice(Call& call) {
    if (call.positional.empty())
        refuse("it needs at least one value");
    for (const auto& value : call.positional)
        if (is_null(value) || (value.is_sweep() && value.as<Choice>() == nullptr))
            refuse(kind_of(value) + " cannot be one of its values");
    if (const auto* only = call.positional[0].as<Choice>();
        only != nullptr && call.positional.size() == 1) {
        if (!only->is_simple)
            refuse("choices cannot be inside one another");
        auto same = *only;
        same.is_simple = false;
        return {same};
    }
    return {Choice{std::move(call.positional), false, false}};
}

// The parameters of a function that has each once.
std::vector<std::optional<Value>> bind(Call& call, const std::vector<std::string>& parameters) {
    std::vector<std::optional<Value>> bound(parameters.size());
    if (call.positional.size() > parameters.size())
        refuse(fmt::format("it takes at most {}", base::count(parameters.size(), "value")));
    for (std::size_t i = 0; i < call.positional.size(); ++i)
        bound[i] = call.positional[i];
    for (const auto& [name, value] : call.named) {
        const auto i = static_cast<std::size_t>(
            std::find(parameters.begin(), parameters.end(), name) - parameters.begin());
        if (i < call.positional.size())
            refuse(fmt::format("`{}` is given twice", name));
        bound.at(i) = value;
    }
    return bound;
}

Value range(Call& call) {
    auto bound = bind(call, {"start", "stop", "step"});
    if (!bound[0])
        refuse("it needs a number");
    if (bound[1] && is_null(*bound[1]))
        bound[1].reset();
    for (const auto& value : bound)
        if (value && !is_number(*value))
            refuse(fmt::format("{} is not a number", kind_of(*value)));
    if (!bound[1])
        bound = {Value{Integer{}}, bound[0], bound[2]};
    return {Range{to_number(*bound[0]), to_number(*bound[1]),
                  to_number(bound[2].value_or(Value{Integer{"1"}})), false}};
}

Value interval(Call& call) {
    for (const auto& value : bind(call, {"start", "end"}))
        if (!value || !is_number(*value))
            refuse("it needs two numbers");
    return {Interval{}};
}

Value glob(Call& call) {
    if (!bind(call, {"include", "exclude"})[0])
        refuse("it needs a pattern");
    return {Glob{}};
}

Value tag(Call& call) {
    if (call.positional.empty())
        refuse("it needs a sweep");
    if (const auto sweep = named(call, "sweep"))
        call.positional.push_back(*sweep);
    const auto& last = call.positional.back();
    if (!last.is_sweep() || last.as<Glob>() != nullptr)
        refuse("its last value must be `choice()` or `range()`");
    for (std::size_t i = 0; i + 1 < call.positional.size(); ++i)
        if (call.positional[i].as<std::string>() == nullptr)
            refuse("tags must be text");
    return last; // tags change nothing here
}

// ---- order

void sort_values(List& values, bool is_reversed) {
    // Equal ones keep their order, in either direction, as in Python.
    std::stable_sort(values.begin(), values.end(),
                     [is_reversed](const Value& one, const Value& other) {
                         return is_reversed ? less(other, one) : less(one, other);
                     });
}

// Sums of ranges' limits; whole numbers stay whole.
Number plus(const Number& one, const Number& other) {
    const auto* whole = std::get_if<Integer>(&one);
    const auto* other_whole = std::get_if<Integer>(&other);
    if (whole != nullptr && other_whole != nullptr) {
        const auto sum = add(*whole, *other_whole);
        if (!sum)
            refuse("a number is too large");
        return *sum;
    }
    const auto real = [](const Number& number) {
        return *to_real_number(std::visit([](const auto& value) { return Value{value}; }, number))
                    .as<double>();
    };
    return real(one) + real(other);
}

Number negative(const Number& number) {
    if (const auto* real = std::get_if<double>(&number))
        return -*real;
    const auto& digits = std::get<Integer>(number).digits;
    if (digits == "0")
        return number;
    return Integer{digits.starts_with('-') ? digits.substr(1) : "-" + digits};
}

bool has_nan(const Range& range) {
    const auto is_nan = [](const Number& number) {
        const auto* real = std::get_if<double>(&number);
        return real != nullptr && std::isnan(*real);
    };
    return is_nan(range.start) || is_nan(range.stop) || is_nan(range.step);
}

// As Hydra does it: the limits change places, and the direction.
Value sorted(Range range, bool is_reversed) {
    if (has_nan(range))
        refuse("it cannot sort NaN");
    const auto order = compare(range.start, range.stop);
    if (is_reversed ? order >= 0 : order <= 0)
        return {range};
    const auto step = compare(range.step, Integer{}) < 0 ? negative(range.step) : range.step;
    const auto shift = is_reversed ? negative(step) : step;
    const auto start = plus(range.stop, shift);
    range.stop = plus(range.start, shift);
    range.start = start;
    range.step = negative(range.step);
    return {range};
}

Value sorted(const Value& sweep, bool is_reversed) {
    if (const auto* limits = sweep.as<Range>())
        return sorted(*limits, is_reversed);
    auto result = *sweep.as<Choice>();
    sort_values(result.values, is_reversed);
    return {result};
}

// Without null, and without sweeps that have no order.
void check_sortable(const Call& call) {
    for (const auto& value : call.positional)
        if (is_null(value) || (value.is_sweep() && !is_shufflable(value)))
            refuse(kind_of(value) + " cannot be one of its values");
    for (const auto& [name, value] : call.named) {
        if (name == "sweep" && !is_null(value) && !is_shufflable(value))
            refuse("`sweep=` must be `choice()` or `range()`");
        if (name == "list" && !is_null(value) && value.as<List>() == nullptr)
            refuse("`list=` must be a list");
        if (name == "reverse" && value.as<bool>() == nullptr)
            refuse("`reverse=` must be true or false");
    }
}

Value sort(Call& call) {
    check_sortable(call);
    const auto reverse = named(call, "reverse");
    const bool is_reversed = reverse && *reverse->as<bool>();
    if (const auto list = named(call, "list"))
        call.positional = {*list};
    else if (const auto sweep = named(call, "sweep"))
        return sorted(*sweep, is_reversed);
    if (call.positional.empty())
        refuse("it needs values");
    if (call.positional.size() > 1) {
        for (const auto& value : call.positional)
            if (!is_number(value) && value.as<std::string>() == nullptr)
                refuse("it cannot sort " + kind_of(value));
        return sorted({simple_choice(std::move(call.positional))}, is_reversed);
    }
    const auto& only = call.positional[0];
    if (is_shufflable(only))
        return sorted(only, is_reversed);
    if (const auto* list = only.as<List>()) {
        auto values = *list;
        sort_values(values, is_reversed);
        return {values};
    }
    return only;
}

// Lists are shuffled here, sweeps when they are expanded, as in Hydra: the order of random numbers.
Value shuffle(Call& call) {
    if (call.shuffler == nullptr)
        refuse("it needs a seed (--shuffle-seed=N), so that its order can be had again");
    check_sortable(call);
    if (const auto list = named(call, "list"))
        call.positional = {*list};
    else if (const auto sweep = named(call, "sweep"))
        call.positional = {*sweep};
    if (call.positional.size() != 1) {
        auto several = simple_choice(std::move(call.positional));
        several.is_shuffled = true;
        return {several};
    }
    auto& only = call.positional[0];
    if (const auto* values = only.as<Choice>())
        return {Choice{values->values, values->is_simple, true}};
    if (const auto* limits = only.as<Range>())
        return {Range{limits->start, limits->stop, limits->step, true}};
    auto list = only.as<List>() != nullptr ? *only.as<List>() : List{only};
    if (only.as<List>() != nullptr)
        call.shuffler->shuffle(list);
    return {list};
}

struct Function {
    std::string_view name;
    std::vector<std::string> named; ///< the arguments that may be given by name
    Value (*evaluate)(Call& call);
};

const std::array<Function, 11>& functions() {
    static const std::array<Function, 11> table = {{
        {"bool", {"value"}, cast_arguments<to_flag>},
        {"choice", {}, choice},
        {"float", {"value"}, cast_arguments<to_real_number>},
        {"glob", {"include", "exclude"}, glob},
        {"int", {"value"}, cast_arguments<to_whole_number>},
        {"interval", {"start", "end"}, interval},
        {"range", {"start", "stop", "step"}, range},
        {"shuffle", {"sweep", "list"}, shuffle},
        {"sort", {"sweep", "list", "reverse"}, sort},
        {"str", {"value"}, cast_arguments<to_text>},
        {"tag", {"sweep"}, tag},
    }};
    return table;
}

const Function* find(std::string_view name) {
    const auto* found = std::find_if(functions().begin(), functions().end(),
                                     [name](const Function& one) { return one.name == name; });
    return found == functions().end() ? nullptr : found;
}

} // namespace

bool is_function(std::string_view name) {
    return find(name) != nullptr;
}

Value evaluate(Call call) {
    const auto* function = find(call.name);
    if (function == nullptr) {
        std::vector<std::string> known;
        for (const auto& one : functions())
            known.emplace_back(one.name);
        refuse(fmt::format("Hydra 1.3 has no function `{}`{}", call.name,
                           base::suggestion(call.name, known)));
    }
    for (const auto& [name, value] : call.named)
        if (std::find(function->named.begin(), function->named.end(), name) ==
            function->named.end())
            refuse(fmt::format("`{}()` has no argument `{}`{}", call.name, name,
                               base::suggestion(name, function->named)));
    // A text in quotes is a text to a function, but not inside a list.
    const auto unquote = [](Value& value) {
        if (const auto* quoted = value.as<Quoted>())
            value = {std::string(quoted->text)};
    };
    for (auto& value : call.positional)
        unquote(value);
    for (auto& argument : call.named)
        unquote(argument.second);
    return function->evaluate(call);
}

} // namespace rdvc::sweep
