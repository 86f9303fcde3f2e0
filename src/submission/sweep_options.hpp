// The options of `rdvc run` that are about sweeps.
#pragma once

#include <string>
#include <string_view>

#include "submission/arguments.hpp"

namespace rdvc::submission {

/// Notes the value of one of them in the arguments; false if `name` is another option. Throws Error
/// (usage) for a value that it cannot have, and for a second one that would replace the first.
bool take_sweep_option(RunArguments& arguments, std::string_view name, const std::string& given);

/// Throws Error (usage) if one of them says something about a sweep, and there is none.
void refuse_without_sweep(const RunArguments& arguments);

} // namespace rdvc::submission
