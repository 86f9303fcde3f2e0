// The mode of the user's terminal, for programs that change it and may be killed.
#pragma once

#include <optional>

#include <termios.h>

namespace rdvc::base {

/// At the end of its life, the terminal on standard input has the mode that it had at its beginning
/// (line by line, with an echo). Does nothing without a terminal, or if another job has taken it.
class TerminalMode {
  public:
    TerminalMode();
    ~TerminalMode();
    TerminalMode(const TerminalMode&) = delete;
    TerminalMode& operator=(const TerminalMode&) = delete;
    TerminalMode(TerminalMode&&) = delete;
    TerminalMode& operator=(TerminalMode&&) = delete;

  private:
    std::optional<termios> mode_;
};

} // namespace rdvc::base
