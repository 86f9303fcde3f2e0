// What `rdvc run --help` says, and the part of it that other commands share.
#pragma once

#include <string>
#include <vector>

#include "help/page.hpp"

namespace rdvc::submission {

/// Of `rdvc run`: the three tables of options: rdvc's, DVC's and sbatch's.
help::Page run_page();

/// Those of rdvc's and DVC's options that have these names.
std::vector<help::Row> run_rows(const std::vector<std::string>& names);

/// sbatch's options, which all commands that submit a job take.
std::vector<help::Row> sbatch_rows();

} // namespace rdvc::submission
