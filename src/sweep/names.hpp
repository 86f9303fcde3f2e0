// Names of a sweep's experiments.
#pragma once

#include <string>
#include <vector>

#include "sweep/sweep.hpp"

namespace rdvc::sweep {

enum class Naming {
    numbers, ///< `NAME-1` to `NAME-N`
    values,  ///< `lr=0.01,seed=3`, after `NAME-` if there is a name
};

/// A name for each combination, in their order. All differ, even without regard to case, because
/// Git's refs can be files; each is one part of a Git ref (git-check-ref-format(1)) of at most 100
/// bytes, if `name` is and has at most 80. What does not fit is shortened; names that would be the
/// same get the number of the experiment.
std::vector<std::string> names(const std::vector<Combination>& combinations,
                               const std::string& name, Naming naming);

} // namespace rdvc::sweep
