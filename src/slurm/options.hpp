// The table of sbatch's options: which may be given, which rdvc sets itself, and why. Source:
// sbatch(1) of SLURM 22.05; later options have the version that introduced them (SLURM's release
// notes).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::slurm {

enum class Argument { none, optional, required };

/// One option of sbatch, by its long name without dashes.
struct Option {
    std::string_view name;
    Argument argument;
    std::string_view metavar; ///< the value's name in help
    std::string_view help;
    std::string_view refusal = {};     ///< not empty: rdvc owns or refuses it, for this reason
    std::string_view since = {};       ///< SLURM version, if later than 22.05
    std::string_view environment = {}; ///< sbatch's input variable if it is not SBATCH_<NAME>
};

const std::vector<Option>& options();

/// The row of `name`, or null.
const Option* find_option(std::string_view name);

/// The variables with which the cluster's login environment would set the option `name` too, or
/// contradict it. Source: sbatch(1), "INPUT ENVIRONMENT VARIABLES", and experiments.
std::vector<std::string> environment_variables(std::string_view name);

/// One `#SBATCH` line that gives `option` exactly `value` (none: the option alone). Values with
/// characters that are not plain are put in double quotes with `\` and `"` escaped, as sbatch's own
/// parser reads them back. Throws Error (usage) for control characters, which sbatch's header
/// cannot express.
std::string header_line(std::string_view name, const std::optional<std::string>& value);

} // namespace rdvc::slurm
