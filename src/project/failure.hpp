// The message of a failed program: DVC, the stage that it ran, git, a setup command. Knows nothing
// of jobs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::project {

/// A line without colours and other sequences `ESC [ ... LETTER`, and without what a progress bar
/// has overwritten.
std::string plain(std::string_view line);

/// The reason in the last lines of a program's output, in its own words: DVC's `ERROR:` with the
/// stage and what its program printed before, else the last line that reports an error; "" if none
/// does. One printable line of at most 400 bytes.
std::string failure_in(const std::vector<std::string>& lines);

/// The same for the log of an rdvc job: of the phase that failed. "" if none did.
std::string failure_in_log(std::string_view log);

/// Of the end of such a log, the lines about the last failure, as they are: the line that begins
/// its phase, the error with some lines around it, or the whole of Python's traceback with all that
/// it was raised from, and rdvc's own message. A line `...` stands for lines that are left out. If
/// the job has not failed, the last error that a program reported; "" if no program reported any.
std::string last_failure(std::string_view log);

} // namespace rdvc::project
