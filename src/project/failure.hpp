// What a program said when it failed: DVC, the stage that it ran, git, a setup command. Knows
// nothing of jobs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::project {

/// The reason that the last lines of a program's output give, in its own words: DVC's `ERROR:` with
/// the stage and what its program said before, else the last line that tells of an error; "" if
/// none does. One printable line of 400 bytes at most.
std::string failure_in(const std::vector<std::string>& lines);

/// The same for the log of a job of rdvc's: of the phase that failed. "" if none did.
std::string failure_in_log(std::string_view log);

} // namespace rdvc::project
