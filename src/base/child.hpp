// A program that was started, and the pipes to it: for process.cpp alone.
#pragma once

#include <array>
#include <cstddef>

#include <sys/types.h>
#include <sys/wait.h>

#include "base/interrupts.hpp"
#include "base/process.hpp"

namespace rdvc::base {

/// Its ends (0: to read, 1: to write) are not inherited, and closed at the end of its life.
class Pipe {
  public:
    Pipe(); ///< throws Error if there is no room for one
    ~Pipe() {
        close(0);
        close(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    Pipe(Pipe&&) = delete;
    Pipe& operator=(Pipe&&) = delete;

    [[nodiscard]] int end(std::size_t which) const { return ends_.at(which); }
    [[nodiscard]] bool open(std::size_t which) const { return ends_.at(which) >= 0; }
    void close(std::size_t which);

  private:
    std::array<int, 2> ends_{-1, -1};
};

/// In the child: redirects the streams, sets folder and environment, starts the program. On
/// failure writes errno to `report`. A stream below 0 stays ours.
[[noreturn]] void become(const Command& command, int in, int out, int err, int report);

/// SIGCHLD wakes poll through this pipe.
Pipe& child_ended();

/// Lets SIGCHLD do so.
void watch_children();

/// A started program. The destructor ends it if nobody has waited for it (an exception was thrown).
class Child {
  public:
    explicit Child(pid_t pid) : pid_(pid), at_signal_(pid) {}
    ~Child() {
        if (pid_ > 0) {
            kill();
            wait();
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    Child(Child&&) = delete;
    Child& operator=(Child&&) = delete;

    void wait() { reap(0); }

    // A background child of the program (an ssh master, say) may hold the pipes open after the
    // program has ended, so the end is the program's, not the streams'.
    bool ended() { return reap(WNOHANG); }

    void kill() const;

    // The exit code, or 128 + the signal; valid after the end.
    [[nodiscard]] int status() const { return status_; }

  private:
    bool reap(int flags);

    pid_t pid_;
    int status_ = 0;
    ChildAtSignal at_signal_;
};

} // namespace rdvc::base
