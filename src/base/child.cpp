#include "base/child.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/error.hpp"

namespace rdvc::base {

Pipe::Pipe() {
    if (::pipe(ends_.data()) != 0)
        throw Error(Exit::failed, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    for (const int fd : ends_)
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void Pipe::close(std::size_t which) {
    if (open(which))
        ::close(ends_.at(which));
    ends_.at(which) = -1;
}

void become(const Command& command, int in, int out, int err, int report) {
    const bool placed = (in < 0 || ::dup2(in, 0) >= 0) && (out < 0 || ::dup2(out, 1) >= 0) &&
                        (err < 0 || ::dup2(err, 2) >= 0) &&
                        (command.folder.empty() || ::chdir(command.folder.c_str()) == 0);
    if (placed) {
        std::signal(SIGPIPE, SIG_DFL);
        if (command.has_own_session) {
            ::setsid();
        } else if (command.takes_input &&
                   command.terminal == Terminal::no) { // ignoring it would not do: ssh handles it
                                                       // where it is ignored
            sigset_t interrupt;
            sigemptyset(&interrupt);
            sigaddset(&interrupt, SIGINT);
            ::sigprocmask(SIG_BLOCK, &interrupt, nullptr);
        }
        for (const auto& [name, value] : command.environment)
            ::setenv(name.c_str(), value.c_str(), 1);
        std::vector<char*> argv;
        for (const auto& word : command.argv)
            argv.push_back(const_cast<char*>(word.c_str())); // NOLINT: execvp's old signature
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
    }
    const int error = errno;
    [[maybe_unused]] const auto n = ::write(report, &error, sizeof error);
    ::_exit(127);
}

Pipe& child_ended() {
    static Pipe pipe;
    return pipe;
}

namespace {

void on_child(int) {
    const int saved = errno;
    [[maybe_unused]] const auto n = ::write(child_ended().end(1), "", 1);
    errno = saved;
}

} // namespace

void watch_children() {
    for (const std::size_t which : {0U, 1U})
        ::fcntl(child_ended().end(which), F_SETFL, O_NONBLOCK);
    struct sigaction action {};
    action.sa_handler = on_child;
    action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
    ::sigaction(SIGCHLD, &action, nullptr);
}

void Child::kill() const {
    if (pid_ > 0)
        ::kill(pid_, SIGKILL);
}

bool Child::reap(int flags) {
    if (pid_ < 0)
        return true;
    pid_t got = 0;
    int status = 0;
    do {
        got = ::waitpid(pid_, &status, flags);
    } while (got < 0 && errno == EINTR);
    if (got != 0) {
        if (got < 0) // a signal's handler has ended it and has its status
            status_ = 128 + SIGTERM;
        else
            status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        at_signal_.release();
        pid_ = -1;
    }
    return got != 0;
}

} // namespace rdvc::base
