// The numbers of a range.
#pragma once

#include <cstddef>

#include "sweep/value.hpp"

namespace rdvc::sweep {

/// How many there are; beyond 200,000 only about. Throws std::invalid_argument for a step of 0
/// and limits that are not finite or too large.
std::size_t size_of(const Range& range);

/// All of them: whole numbers if its limits and step are, otherwise floats.
List values_of(const Range& range);

} // namespace rdvc::sweep
