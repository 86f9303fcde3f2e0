#include "base/interrupts.hpp"

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

} // namespace rdvc::base
