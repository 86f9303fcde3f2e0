#include "transport/relay.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/text.hpp"

// NOLINTNEXTLINE(readability-redundant-declaration): macOS declares it nowhere
extern char** environ;

namespace rdvc::transport {

namespace {

constexpr std::string_view begin_line = "@rdvc:begin";
constexpr std::string_view end_mark = "@rdvc:end ";
constexpr int silence = 2000; // milliseconds for bytes still in transit after the program's end
constexpr int short_pause = 50;
constexpr int failed = 255; // as ssh
constexpr std::size_t longest_mark = 4096;

} // namespace

// The command is what a login shell would get: one text, read by a shell. bash reads the whole
// braces before it runs anything, so everything after them on standard input belongs to the
// program.
RelayOrder read_relay_words(const std::vector<std::string>& words) {
    const auto end = std::find(words.begin(), words.end(), relay_end);
    RelayOrder order{{words.begin(), end}, ""};
    auto word = end == words.end() ? end : end + 1;
    std::vector<std::string> options;
    while (word != words.end() && word->starts_with("-")) {
        const bool has_value = *word == "-o" || *word == "-p" || *word == "-l";
        options.push_back(*word++);
        if (has_value && word != words.end())
            options.push_back(*word++);
    }
    if (word == words.end() || ++word == words.end()) // the host
        return order;
    const auto host = std::find(order.ssh.begin(), order.ssh.end(), "--");
    order.ssh.insert(host, options.begin(), options.end());
    order.program =
        fmt::format("printf '\\n{}\\n'\n{{ {}\nprintf '\\n{}%s\\n' \"$?\" >&2\nexit\n}}\n",
                    begin_line, base::join({word, words.end()}, " "), end_mark);
    return order;
}

std::string_view Opening::feed(std::string_view piece) {
    while (!found_ && !piece.empty()) {
        const auto end = piece.find('\n');
        if (line_.size() < longest_mark) // a longer line is not the mark
            line_ += piece.substr(0, std::min(end, longest_mark));
        piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
        if (end == std::string_view::npos)
            break;
        found_ = line_ == begin_line;
        line_.clear();
    }
    return piece;
}

namespace {

// rsync gives its children non-blocking streams. Waits after EAGAIN on `fd`; false for a permanent
// error.
bool may_try_again(int fd, short events) {
    pollfd stream{fd, events, 0};
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return ::poll(&stream, 1, -1) > 0 || errno == EINTR;
    return errno == EINTR;
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && !may_try_again(fd, POLLOUT))
            return false;
        bytes.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
    }
    return true;
}

// From our standard input to `fd`, after `start`.
void feed(int fd, const std::string& start) {
    std::array<char, 65536> buffer{};
    bool goes_on = write_all(fd, start);
    while (goes_on) {
        const auto n = ::read(0, buffer.data(), buffer.size());
        goes_on = n > 0 ? write_all(fd, {buffer.data(), static_cast<std::size_t>(n)})
                        : n < 0 && may_try_again(0, POLLIN);
    }
    ::close(fd);
}

struct Pipe {
    int read = -1;
    int write = -1;

    bool open() {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0)
            return false;
        for (const int end : ends)
            ::fcntl(end, F_SETFD, FD_CLOEXEC);
        read = ends[0];
        write = ends[1];
        return true;
    }
};

struct Program {
    pid_t pid = 0;
    Pipe in;
    Pipe out;
    Pipe err;
};

bool start(Program& program, const std::vector<std::string>& words) {
    if (!program.in.open() || !program.out.open() || !program.err.open())
        return false;
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, program.in.read, 0);
    posix_spawn_file_actions_adddup2(&actions, program.out.write, 1);
    posix_spawn_file_actions_adddup2(&actions, program.err.write, 2);
    std::vector<char*> argv;
    for (const auto& word : words)
        argv.push_back(const_cast<char*>(word.c_str())); // NOLINT: an old signature
    argv.push_back(nullptr);
    errno = ::posix_spawnp(&program.pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(program.in.read);
    ::close(program.out.write);
    ::close(program.err.write);
    return errno == 0;
}

// Standard error, line by line, without the other side's line that says how its program ended.
class Errors {
  public:
    void feed(std::string_view bytes) {
        line_ += bytes;
        for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
            const auto line = line_.substr(0, end + 1);
            line_.erase(0, end + 1);
            if (line.starts_with(end_mark))
                code = std::atoi(line.c_str() + end_mark.size()); // up to the end of the line
            else
                write_all(2, line);
        }
        if (line_.size() > longest_mark)
            flush();
    }
    void flush() {
        write_all(2, line_);
        line_.clear();
    }

    std::optional<int> code;

  private:
    std::string line_;
};

// True if ssh has ended by itself; `status` then says how.
bool has_ended(const Program& program, int& status) {
    return ::waitpid(program.pid, &status, WNOHANG) == program.pid;
}

// Copies until the program there has ended, or ssh; true in the second case. A process that the
// login started, or an ssh master, may hold the streams open for ever.
bool copy(const Program& program, Errors& errors, int& status) {
    Opening opening;
    std::array<char, 65536> buffer{};
    std::array<pollfd, 2> fds{{{program.out.read, POLLIN, 0}, {program.err.read, POLLIN, 0}}};
    const auto is_open = [&](std::size_t stream) { return fds.at(stream).fd >= 0; };
    while (is_open(0) || !errors.code) {
        const int longest = !is_open(0) ? short_pause : errors.code ? silence : -1;
        const int ready = ::poll(fds.data(), fds.size(), longest);
        if (ready == 0 && is_open(0))
            return false;
        if (ready <= 0) {
            if (!is_open(0) && has_ended(program, status))
                return true;
            continue;
        }
        for (auto& stream : fds) {
            if (stream.fd < 0 || stream.revents == 0)
                continue;
            const auto n = ::read(stream.fd, buffer.data(), buffer.size());
            const std::string_view bytes(buffer.data(),
                                         static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
            if (n <= 0)
                stream.fd = -1;
            else if (stream.fd == program.err.read)
                errors.feed(bytes);
            else if (!write_all(1, opening.feed(bytes)))
                return false; // the reader has gone
        }
    }
    return false;
}

} // namespace

int relay(const std::vector<std::string>& words) {
    const auto order = read_relay_words(words);
    Program ssh;
    if (order.program.empty() || !start(ssh, order.ssh)) {
        std::fputs(fmt::format("rdvc {}: cannot start ssh: {}\n", relay_verb,
                               order.program.empty() ? "no command" : std::strerror(errno))
                       .c_str(),
                   stderr);
        return failed;
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::thread(feed, ssh.in.write, order.program).detach();
    Errors errors;
    int status = 0;
    if (!copy(ssh, errors, status)) {
        ::kill(ssh.pid, SIGTERM);
        while (::waitpid(ssh.pid, &status, 0) < 0 && errno == EINTR) {
        }
    }
    errors.flush();
    const int code = errors.code.value_or(WIFEXITED(status) ? WEXITSTATUS(status) : failed);
    std::_Exit(code); // the thread may still wait for our standard input
}

} // namespace rdvc::transport
