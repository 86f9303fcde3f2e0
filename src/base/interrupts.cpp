#include "base/interrupts.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <list>

#include <poll.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.hpp"

namespace rdvc::base {

namespace {

volatile std::sig_atomic_t caught = 0; // NOLINT: a handler can reach nothing else

void note(int signal) {
    caught = signal;
}

// What was ignored when this program started (nohup) stays ignored.
auto watch(int signal) {
    const auto before = std::signal(signal, note);
    if (before == SIG_IGN) // NOLINT: the system's macro
        std::signal(signal, before);
    return before;
}

} // namespace

Interrupts::Interrupts()
    : before_int_(watch(SIGINT)), before_term_(watch(SIGTERM)), before_hup_(watch(SIGHUP)) {
    caught = 0;
}

Interrupts::~Interrupts() {
    std::signal(SIGINT, before_int_);
    std::signal(SIGTERM, before_term_);
    std::signal(SIGHUP, before_hup_);
}

std::optional<int> Interrupts::take() {
    const int signal = caught;
    caught = 0;
    return signal == 0 ? std::nullopt : std::optional(signal);
}

std::string_view signal_name(int signal) {
    return signal == SIGINT ? "INT" : signal == SIGHUP ? "HUP" : "TERM";
}

namespace {

// What the handler reads.
constexpr std::size_t most_children = 64; // more than there ever are; others are left alone
std::array<std::atomic<pid_t>, most_children> children = {};
std::atomic<const std::string*> last_words = nullptr;
std::atomic<AtSignal::Act> act_at_signal = nullptr;
std::atomic<pid_t> self = 0;

// None is freed while the handler may read it; at the exit of this program it says nothing.
struct AllLastWords {
    AllLastWords() = default;
    ~AllLastWords() { last_words = nullptr; }
    AllLastWords(const AllLastWords&) = delete;
    AllLastWords& operator=(const AllLastWords&) = delete;
    AllLastWords(AllLastWords&&) = delete;
    AllLastWords& operator=(AllLastWords&&) = delete;

    std::list<std::string> texts;
};

static_assert(std::atomic<pid_t>::is_always_lock_free &&
              std::atomic<const std::string*>::is_always_lock_free &&
              std::atomic<AtSignal::Act>::is_always_lock_free);

void write_all(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// Asks them to end, and makes them after a second: ssh gives back the terminal's echo, git removes
// its temporary files.
void end_children() {
    for (const auto& child : children)
        if (const pid_t pid = child; pid > 0)
            ::kill(pid, SIGTERM);
    constexpr int looks = 100;
    constexpr int pause = 10; // milliseconds
    for (int i = 0; i <= looks; ++i) {
        bool lives = false;
        for (auto& child : children)
            if (const pid_t pid = child; pid > 0) {
                if (i == looks)
                    ::kill(pid, SIGKILL);
                if (::waitpid(pid, nullptr, WNOHANG) == 0)
                    lives = true;
                else
                    child = 0;
            }
        if (!lives)
            return;
        ::poll(nullptr, 0, pause);
    }
}

// Only calls that POSIX allows in a handler. The second signal ends the program.
void end(int signal) {
    for (const int other : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, signal})
        std::signal(other, SIG_DFL); // NOLINT: the system's macro
    sigset_t blocked;                // the signal, while it is handled
    sigemptyset(&blocked);
    sigaddset(&blocked, signal);
    ::sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
    if (::getpid() == self) { // else a child that is not yet another program
        if (const auto act = act_at_signal.load())
            act();
        const auto* words = last_words.load();
        if (words != nullptr && !words->empty()) {
            termios of_terminal{};
            if (::tcgetattr(STDERR_FILENO, &of_terminal) == 0) // over `^C` and a progress line
                write_all("\r\x1b[K");
            write_all(*words);
        }
        end_children();
    }
    std::raise(signal);
}

} // namespace

void end_at_signals() {
    self = ::getpid();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
        if (std::signal(signal, end) == SIG_IGN) // NOLINT: the system's macro
            std::signal(signal, SIG_IGN);        // NOLINT
}

void set_last_words(const std::string& known, const std::string& hint) {
    static AllLastWords all;
    all.texts.push_back(
        known.empty()
            ? ""
            : Error(Exit::interrupted, "interrupted").context(known).hint(hint).message());
    last_words = &all.texts.back();
}

AtSignal::AtSignal(Act act) {
    act_at_signal = act;
}

AtSignal::~AtSignal() {
    act_at_signal = nullptr;
}

ChildAtSignal::ChildAtSignal(pid_t pid) : place_(0) {
    for (pid_t none = 0; place_ < children.size(); ++place_, none = 0)
        if (children.at(place_).compare_exchange_strong(none, pid))
            return;
}

ChildAtSignal::~ChildAtSignal() {
    release();
}

void ChildAtSignal::release() {
    if (place_ < children.size())
        children.at(place_) = 0;
    place_ = children.size();
}

} // namespace rdvc::base
