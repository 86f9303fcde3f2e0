// The functions of Hydra's override grammar. Source: hydra/_internal/grammar/grammar_functions.py
// of Hydra 1.3.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sweep/value.hpp"

namespace rdvc::sweep {

class Shuffler;

struct Call {
    std::string name;
    List positional;
    std::vector<std::pair<std::string, Value>> named;
    Shuffler* shuffler = nullptr;
};

bool is_function(std::string_view name);

/// The value of a call. Throws std::invalid_argument with what is wrong.
Value evaluate(Call call);

} // namespace rdvc::sweep
