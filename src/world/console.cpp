#include "world/console.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::world {

namespace {

// Held while something goes to standard error, which this program has once, and while `shown_` is
// used: threads that transfer files show progress while another one traces.
std::mutex err_mutex;

// Writes all of `text`, also where a program that shares the stream has made it non-blocking, as
// ssh does. Returns 0, or errno.
int put(int stream, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(stream, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd room{stream, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

} // namespace

bool standard_output_is_closed() {
    pollfd output{1, 0, 0};
    return ::poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

void Console::standard_output(std::string_view text) {
    const int error = put(STDOUT_FILENO, text);
    if (error == EPIPE)
        throw OutputClosed();
    if (error != 0)
        throw base::Error(base::Exit::failed,
                          fmt::format("cannot write: {}", std::strerror(error)));
}

void Console::standard_error(std::string_view text) {
    put(STDERR_FILENO, text);
}

Console::~Console() {
    if (!out_is_terminal_)
        return;
    try {
        out_(filter_.finish());
    } catch (...) { // NOLINT: nobody is left to be told
    }
}

void Console::data(std::string_view text) const {
    out_(out_is_terminal_ ? filter_.feed(text) : text);
}

void Console::say(const std::string& text) const {
    const std::lock_guard lock(err_mutex);
    err_(shown_.empty() ? text : "\r\033[K" + text + shown_);
}

void Console::note(std::string_view line) const {
    if (verbosity != Verbosity::quiet)
        say(base::printable(line) + "\n");
}

void Console::warn(std::string_view line) const {
    const std::string start = err_color_ ? "\033[33mwarning:\033[0m " : "warning: ";
    if (verbosity != Verbosity::quiet)
        say(start + base::printable(line) + "\n");
}

void Console::trace(std::string_view line) const {
    if (verbosity == Verbosity::verbose)
        say(base::printable(line) + "\n");
}

bool Console::shows_progress() const {
    return err_is_terminal_ && verbosity != Verbosity::quiet;
}

void Console::progress(std::string_view line) const {
    if (!shows_progress())
        return;
    const std::lock_guard lock(err_mutex);
    shown_ = line;
    err_("\r\033[K" + shown_);
}

std::size_t Console::progress_width() const {
    return base::terminal_size(STDERR_FILENO).columns - 1; // some terminals wrap a full line
}

void Console::notify(std::string_view text) const {
    if (!err_is_terminal_)
        return;
    const std::lock_guard lock(err_mutex);
    err_("\033]9;" + base::printable(text) + "\a\a");
}

void Console::error(std::string_view message) const {
    std::string text(message);
    const std::lock_guard lock(err_mutex);
    if (!shown_.empty()) {
        shown_.clear();
        err_("\r\033[K");
    }
    if (err_color_ && text.starts_with("error:"))
        text = "\033[31merror:\033[0m" + text.substr(6);
    err_(text);
}

std::optional<base::TerminalSize> Console::size() const {
    if (!out_is_terminal_)
        return std::nullopt;
    return base::terminal_size(STDOUT_FILENO);
}

std::string Console::bold(std::string_view text) const {
    return out_color_ ? "\033[1m" + std::string(text) + "\033[0m" : std::string(text);
}

} // namespace rdvc::world
