// The words after `rdvc shell` and `rdvc exec`: as for `rdvc run`, a submission, and a command.
#pragma once

#include <string>
#include <vector>

#include "submission/arguments.hpp"
#include "submission/help.hpp"

namespace rdvc::submission {

struct SessionArguments {
    RunArguments run;
    std::string submission;           ///< whose job is entered; "": a job of the session's own
    bool on_login = false;            ///< --local: no job at all
    std::vector<std::string> command; ///< none: a shell
};

enum class SessionKind { shell, command };

/// Reads the words. Throws Error (usage) as parse_run_arguments does, and for options that a
/// session does not have, a sweep, more than one submission, options for a job that exists or will
/// not be, and a command that is missing or not expected.
SessionArguments parse_session_arguments(const std::vector<std::string>& words, SessionKind kind);

/// What `rdvc shell --help` or `rdvc exec --help` says.
help::Page session_page(SessionKind kind);

} // namespace rdvc::submission
