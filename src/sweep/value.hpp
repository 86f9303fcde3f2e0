// Values of Hydra's override grammar, and the text that Hydra writes for them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sweep/numbers.hpp"

namespace rdvc::sweep {

struct Value;
using List = std::vector<Value>;

struct Null {};

/// A text in quotes, which keeps them.
struct Quoted {
    std::string text;
    char mark = '\'';
};

struct Dict {
    List keys; ///< as many as values
    List values;
};

/// A sweep over the elements of a list.
struct Choice {
    List values;
    bool is_simple = false; ///< `a,b` or `sort(a,b)`; `choice()` takes these, and no other choice
    bool is_shuffled = false;
};

/// Integer or double; Hydra takes true and false for 1 and 0.
using Number = std::variant<Integer, double>;

/// A sweep over numbers.
struct Range {
    Number start;
    Number stop;
    Number step;
    bool is_shuffled = false;
};

struct Interval {}; ///< a sweep without a list of values
struct Glob {};     ///< a sweep over the files of a group

struct Value {
    std::variant<Null, bool, Integer, double, std::string, Quoted, List, Dict, Choice, Range,
                 Interval, Glob>
        data;

    template <typename Kind>
    [[nodiscard]] const Kind* as() const {
        return std::get_if<Kind>(&data);
    }
    [[nodiscard]] bool is_sweep() const;
};

/// What a person calls it: "a list", "`choice()`".
std::string kind_of(const Value& value);

/// The text that Hydra writes for it, which is what DVC hands on to an experiment. Throws
/// std::invalid_argument for a sweep inside a value.
std::string text_of(const Value& value);

/// Equal in Python: 1 is 1.0 and true.
bool equal(const Value& one, const Value& other);

/// Smaller in Python. Throws std::invalid_argument for values that cannot be compared.
bool less(const Value& one, const Value& other);

/// Negative, zero or positive; NaN must not be among them.
int compare(const Number& one, const Number& other);

/// The value as a number, if Python takes it for one.
const Number* number_of(const Value& value, Number& storage);

} // namespace rdvc::sweep
