// `rdvc run --help`, and the same for completion.
#pragma once

#include <string>
#include <vector>

namespace rdvc::submission {

/// The text, made from the three tables of options: rdvc's, DVC's and sbatch's.
std::string run_help();

/// An option as `rdvc run` takes it.
struct RunOption {
    std::string name; ///< with its dashes
    std::string metavar;
    std::string help;
};

/// Those of the three tables that are not refused.
std::vector<RunOption> run_options();

/// Those of sbatch alone, which `rdvc retry` takes too.
std::vector<RunOption> sbatch_options();

} // namespace rdvc::submission
