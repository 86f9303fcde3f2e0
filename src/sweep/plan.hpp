// What a grid consists of, before it is expanded.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sweep/grammar.hpp"
#include "sweep/sweep.hpp"

namespace rdvc::sweep {

/// One parameter and the values that it goes through.
struct Parameter {
    Override override; ///< for a row or a repetition: the first one
    std::size_t size = 1;
    bool is_swept = false; ///< in Hydra's grammar

    std::vector<std::string> texts; ///< as Hydra writes them; only if the plan was made with values
    List values;                    ///< as Hydra reads these texts
};

/// Parameters that change together.
struct Axis {
    std::vector<std::size_t> parameters;
    std::size_t size = 1;
};

struct Plan {
    std::vector<Parameter> parameters; ///< in the order given: `-S`, rows, the repetition
    std::vector<Axis> axes;            ///< the last one changes fastest

    /// It saturates.
    [[nodiscard]] std::size_t size() const;
};

enum class With { sizes, values };

/// Throws Error (usage) for bad input; `exclude` is not looked at.
Plan plan(const Grid& grid, With with);

/// The parameter that `[FILE:]KEY` names; as many as there are if there is none.
std::size_t find_parameter(const Plan& plan, const std::string& file, const std::string& key);

/// The names of a plan's parameters, for suggestions.
std::vector<std::string> names_of(const Plan& plan);

} // namespace rdvc::sweep
