// Signals that ask this program to end. By default it says what is known, ends the programs that it
// has started, and ends; Interrupts is for a command that has to end something elsewhere first.
#pragma once

#include <csignal>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

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

/// From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT end this process at once, wherever it is: it
/// gives back the terminal (AtSignal), prints its last words, ends its ChildAtSignal, and dies of
/// the signal. One that was ignored before stays so. May be called again.
void end_at_signals();

/// What standard error is told from now on if a signal ends this process: what is done and what is
/// not, and a hint. If `known` is empty, nothing. Each call replaces the one before.
void set_last_words(const std::string& known, const std::string& hint = "");

/// What a signal does before it ends this process: one function at a time, made of calls that POSIX
/// allows in a signal handler.
class AtSignal {
  public:
    using Act = void (*)();
    explicit AtSignal(Act act);
    ~AtSignal();
    AtSignal(const AtSignal&) = delete;
    AtSignal& operator=(const AtSignal&) = delete;
    AtSignal(AtSignal&&) = delete;
    AtSignal& operator=(AtSignal&&) = delete;
};

/// A child process that does not outlive this one if a signal ends it.
class ChildAtSignal {
  public:
    explicit ChildAtSignal(pid_t pid);
    ~ChildAtSignal();
    ChildAtSignal(const ChildAtSignal&) = delete;
    ChildAtSignal& operator=(const ChildAtSignal&) = delete;
    ChildAtSignal(ChildAtSignal&&) = delete;
    ChildAtSignal& operator=(ChildAtSignal&&) = delete;

    /// It has ended, and its number may be given to another process.
    void release();

  private:
    std::size_t place_;
};

} // namespace rdvc::base
