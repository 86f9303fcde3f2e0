// Signals that ask this program to end, for a command that has to end something elsewhere first.
#pragma once

#include <csignal>
#include <optional>
#include <string_view>

namespace rdvc::base {

/// While it lives, SIGINT, SIGTERM and SIGHUP do not end this process, but wake whoever waits for a
/// program. One that was ignored before stays so. There may be one at a time.
class Interrupts {
  public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    Interrupts(Interrupts&&) = delete;
    Interrupts& operator=(Interrupts&&) = delete;

    /// The signal that has come since the last call, or nothing.
    [[nodiscard]] static std::optional<int> take();

  private:
    using Handler = void (*)(int);
    Handler before_int_;
    Handler before_term_;
    Handler before_hup_;
};

/// Its name without SIG; HUP, INT or TERM.
std::string_view signal_name(int signal);

} // namespace rdvc::base
