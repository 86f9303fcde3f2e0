// `{KEY}` in the words of a command: the values of a sweep's parameters as arguments.
#pragma once

#include <string>
#include <vector>

#include "sweep/sweep.hpp"

namespace rdvc::submission {

/// The words with `{KEY}` replaced by the value of that setting, and `{{KEY}}` by `{KEY}`; all
/// other braces stay, `${KEY}` too. Values are never looked at again. Throws Error (usage) for a
/// `{NAME}` that looks like a parameter but is not one of these settings.
std::vector<std::string> fill_in(const std::vector<std::string>& words,
                                 const std::vector<sweep::Setting>& settings);

/// True if one of the words has `{KEY}`.
bool mentions(const std::vector<std::string>& words, const std::string& key);

} // namespace rdvc::submission
