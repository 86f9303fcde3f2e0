// The whole terminal for a while, with keys that work without Enter.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/interrupts.hpp"
#include "base/terminal.hpp"

namespace rdvc::world {

enum class Key {
    none,    ///< time has passed
    resized, ///< the terminal has another size
    quit,
    up,
    down,
    open,
    back,
    first,
    last,
};

/// Takes the first key off `bytes` as a terminal in its ordinary modes sends them (ECMA-48, xterm).
/// What stands for nothing here is dropped. Key::none if nothing whole is left.
Key take_key(std::string& bytes);

/// The terminal is given back at the end of its life, and if a signal ends the program.
class Screen {
  public:
    /// Throws Error (usage) if standard input or output is no terminal.
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    Screen(Screen&&) = delete;
    Screen& operator=(Screen&&) = delete;

    [[nodiscard]] base::TerminalSize size() const { return size_; }

    /// Shows these lines, as far as they fit; `selected` (an index; -1: none) in reverse video.
    /// Control characters are made visible.
    void draw(const std::vector<std::string>& lines, int selected = -1);

    /// The next key, or Key::none after `patience`.
    Key wait(std::chrono::milliseconds patience);

  private:
    base::TerminalSize size_;
    std::optional<base::AtSignal> at_signal_;
    std::string bytes_; ///< of keys that nobody has taken yet
};

} // namespace rdvc::world
