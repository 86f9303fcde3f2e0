// The message of a failed program: DVC, the stage that it ran, git, a setup command. Knows nothing
// of jobs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::project {

/// The reason in the last lines of a program's output, in its own words: DVC's `ERROR:` with the
/// stage and what its program printed before, else the last line that reports an error; "" if none
/// does. One printable line of at most 400 bytes.
std::string failure_in(const std::vector<std::string>& lines);

/// The same for the log of an rdvc job: of the phase that failed. "" if none did.
std::string failure_in_log(std::string_view log);

} // namespace rdvc::project
