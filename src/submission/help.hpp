// `rdvc run --help`.
#pragma once

#include <string>

namespace rdvc::submission {

/// The text, made from the three tables of options: rdvc's, DVC's and sbatch's.
std::string run_help();

} // namespace rdvc::submission
