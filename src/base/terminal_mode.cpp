#include "base/terminal_mode.hpp"

#include <unistd.h>

namespace rdvc::base {

TerminalMode::TerminalMode() {
    termios mode = {};
    if (::tcgetattr(STDIN_FILENO, &mode) == 0)
        mode_ = mode;
}

TerminalMode::~TerminalMode() {
    // In the background it would stop us.
    if (mode_ && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp())
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*mode_);
}

} // namespace rdvc::base
