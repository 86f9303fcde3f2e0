#include "base/process.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <mutex>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/child.hpp"
#include "base/error.hpp"
#include "base/programs.hpp"

namespace rdvc::base {

namespace {

constexpr auto when_over = std::chrono::seconds(1); // for a program to end by itself
constexpr std::size_t most_errors = 8U << 20U; // bytes of standard error that are kept, the last

// Feeds the parts of a command's input, a block at a time.
class Feed {
  public:
    explicit Feed(const Command& command) : parts_(command.input), more_(command.more_input) {}
    ~Feed() {
        if (file_ >= 0)
            ::close(file_);
    }
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    Feed(Feed&&) = delete;
    Feed& operator=(Feed&&) = delete;

    // Writes to `fd` as much as it accepts without blocking; false when nothing is left or the
    // reader has gone.
    bool feed(int fd) {
        while (block_.empty())
            if (!fill())
                return false;
        const auto n = ::write(fd, block_.data(), block_.size());
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        block_.remove_prefix(static_cast<std::size_t>(n));
        return !block_.empty() || file_ >= 0 || next_ < parts_.size() || more_;
    }

  private:
    bool fill() {
        if (file_ >= 0) {
            const auto n = ::read(file_, buffer_.data(), buffer_.size());
            if (n > 0) {
                block_ = std::string_view(buffer_.data(), static_cast<std::size_t>(n));
                return true;
            }
            ::close(file_);
            file_ = -1;
            if (n < 0)
                throw Error(Exit::failed, fmt::format("cannot read: {}", std::strerror(errno)));
        }
        if (next_ == parts_.size()) {
            latest_ = more_ ? more_() : std::nullopt;
            return latest_ && open(*latest_);
        }
        return open(parts_[next_++]);
    }

    bool open(const Input& part) {
        if (const auto* text = std::get_if<std::string>(&part)) {
            block_ = *text;
            return true;
        }
        const auto& path = std::get<std::filesystem::path>(part);
        file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file_ < 0)
            throw Error(Exit::failed,
                        fmt::format("cannot read `{}`: {}", path.string(), std::strerror(errno)));
        return true;
    }

    const std::vector<Input>& parts_;
    const std::function<std::optional<Input>()>& more_;
    std::optional<Input> latest_; // the last part that more_ gave
    std::size_t next_ = 0;
    int file_ = -1;
    std::string_view block_;
    std::array<char, 65536> buffer_{};
};

// Moves the bytes that can be read; false at the end of the stream.
bool drain(int fd, const std::function<void(std::string_view)>& sink) {
    std::array<char, 65536> buffer{};
    const auto n = ::read(fd, buffer.data(), buffer.size());
    if (n > 0)
        sink(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

// Limits how long poll may wait.
class Patience {
  public:
    explicit Patience(std::chrono::milliseconds longest)
        : end_(Clock::now() + longest), limited_(longest.count() > 0) {}

    [[nodiscard]] bool is_over() const { return limited_ && Clock::now() >= end_; }
    /// In milliseconds; -1: for ever. After the time-out, poll waits until the program has ended.
    [[nodiscard]] int left() const {
        if (!limited_ || is_over())
            return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point end_;
    bool limited_;
};

int open_output(const std::filesystem::path& file) {
    const int output = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (output < 0)
        throw Error(Exit::failed,
                    fmt::format("cannot write `{}`: {}", file.string(), std::strerror(errno)));
    return output;
}

// The lock under which programs are started.
std::mutex& starting() {
    static std::mutex mutex;
    return mutex;
}

// Marks a thread that waits for a program's end. If several threads wait, one may miss the end of
// its program, because another has read the byte that announces it; so all of them look now and
// then.
class Waiting {
  public:
    Waiting() { ++count_; }
    ~Waiting() { --count_; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    Waiting(Waiting&&) = delete;
    Waiting& operator=(Waiting&&) = delete;

    /// Milliseconds that poll waits: `longest` (-1: for ever), or until it is time to look.
    [[nodiscard]] static int at_most(int longest) {
        constexpr int alone = 1000;
        constexpr int beside_others = 20;
        const int look = count_ == 1 ? alone : beside_others;
        return longest < 0 ? look : std::min(longest, look);
    }

  private:
    static inline std::atomic<int> count_ = 0;
};

} // namespace

// A command's process with the pipes to it.
class ProcessRunner::Running {
  public:
    explicit Running(const Command& command)
        : starts_(starting()), argv_(command.argv), folder_(command.folder),
          environment_(command.environment) {
        std::signal(SIGPIPE, SIG_IGN);
        watch_children();
        const bool to_terminal = command.terminal == Terminal::yes;
        int output = to_terminal ? -1 : out_.end(1);
        if (!command.output_file.empty())
            output = open_output(command.output_file);
        const pid_t pid = ::fork();
        if (pid < 0)
            throw Error(Exit::failed,
                        fmt::format("cannot start a process: {}", std::strerror(errno)));
        if (pid == 0) {
            const int empty = command.takes_input ? -1 : ::open("/dev/null", O_RDONLY);
            become(command, command.input.empty() ? empty : in_.end(0), output,
                   to_terminal || command.takes_input ? -1 : err_.end(1), report_.end(1));
        }
        starts_.unlock();
        child_ = std::make_unique<Child>(pid);
        if (!command.output_file.empty())
            ::close(output);
        in_.close(0);
        out_.close(1);
        err_.close(1);
        report_.close(1);
    }

    [[nodiscard]] bool is_of(const Command& command) const {
        return argv_ == command.argv && folder_ == command.folder &&
               environment_ == command.environment && command.input.empty() &&
               command.output_file.empty() && command.terminal == Terminal::no &&
               !command.takes_input;
    }

    // Gives the pipe more room, so that the program need not wait for us.
    void widen() {
#ifdef F_SETPIPE_SZ
        constexpr int most = 1 << 20; // the limit for ordinary users
        ::fcntl(out_.end(0), F_SETPIPE_SZ, most);
#endif
    }

    Result finish(const Command& command) {
        int error = 0;
        if (::read(report_.end(0), &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
            child_->wait();
            if (error == ENOENT && !command.folder.empty() &&
                !std::filesystem::is_directory(command.folder))
                throw Error(Exit::not_ready,
                            fmt::format("there is no folder `{}`", command.folder.string()));
            throw cannot_start(command.argv.front(), error);
        }
        Result result;
        const std::function<void(std::string_view)> to_out =
            command.on_output ? command.on_output
                              : [&result](std::string_view text) { result.out += text; };
        const auto to_err = [&result](std::string_view text) {
            result.err += text;
            if (result.err.size() > 2 * most_errors)
                result.err.erase(0, result.err.size() - most_errors);
        };
        Feed input(command);
        if (command.input.empty())
            in_.close(1);
        else
            ::fcntl(in_.end(1), F_SETFL, O_NONBLOCK);
        ::fcntl(out_.end(0), F_SETFL, O_NONBLOCK);
        ::fcntl(err_.end(0), F_SETFL, O_NONBLOCK);
        follow(command, input, to_out, to_err);
        result.status = child_->status();
        return result;
    }

  private:
    using Sink = std::function<void(std::string_view)>;

    // Follows the program until its end. Its pipes may stay open longer, but everything that it has
    // written is read by then.
    void follow(const Command& command, Feed& input, const Sink& to_out, const Sink& to_err) {
        const Waiting waiting;
        bool done = false;
        bool is_over = false;
        Patience patience(command.patience);
        while (!done) {
            std::array<pollfd, 4> fds{{{out_.end(0), POLLIN, 0},
                                       {err_.end(0), POLLIN, 0},
                                       {in_.end(1), POLLOUT, 0},
                                       {child_ended().end(0), POLLIN, 0}}};
            if (!is_over && command.is_over && command.is_over()) {
                is_over = true;
                patience = Patience(when_over);
            }
            // Another thread may have taken the notice of this program's end.
            if (::poll(fds.data(), fds.size(),
                       child_->ended() ? 0 : Waiting::at_most(patience.left())) < 0 &&
                errno != EINTR)
                throw Error(Exit::failed, fmt::format("cannot wait: {}", std::strerror(errno)));
            if (patience.is_over())
                child_->kill();
            std::array<char, 16> ignored{};
            [[maybe_unused]] const auto n = ::read(fds[3].fd, ignored.data(), ignored.size());
            done = child_->ended();
            if (!done && fds[2].revents != 0 && !input.feed(in_.end(1)))
                in_.close(1);
            do { // after the program's end: everything that is left
                if (fds[0].revents != 0 && out_.open(0) && !drain(out_.end(0), to_out))
                    out_.close(0);
                if (fds[1].revents != 0 && err_.open(0) && !drain(err_.end(0), to_err))
                    err_.close(0);
            } while (done && ::poll(fds.data(), 2, 0) > 0 && (out_.open(0) || err_.open(0)) &&
                     ((fds[0].revents | fds[1].revents) & POLLIN) != 0);
        }
    }

    // Held from the first pipe to the program's start, so that no other thread's program inherits
    // the pipe's ends.
    std::unique_lock<std::mutex> starts_;
    std::vector<std::string> argv_;
    std::filesystem::path folder_;
    std::vector<std::pair<std::string, std::string>> environment_;
    Pipe in_;
    Pipe out_;
    Pipe err_;
    Pipe report_;
    std::unique_ptr<Child> child_;
};

ProcessRunner::ProcessRunner() = default;
ProcessRunner::~ProcessRunner() = default;

std::unique_ptr<ProcessRunner::Running> ProcessRunner::start_or_take(const Command& command) {
    const std::lock_guard lock(ahead_lock_);
    const auto found = std::find_if(ahead_.begin(), ahead_.end(),
                                    [&](const auto& one) { return one->is_of(command); });
    if (found == ahead_.end())
        return std::make_unique<Running>(command);
    auto running = std::move(*found);
    ahead_.erase(found);
    return running;
}

Result ProcessRunner::run(const Command& command) {
    return start_or_take(command)->finish(command);
}

void ProcessRunner::start_ahead(const Command& command) {
    const std::lock_guard lock(ahead_lock_);
    ahead_.push_back(std::make_unique<Running>(command));
    ahead_.back()->widen();
}

} // namespace rdvc::base
