#include "base/interrupts.hpp"

namespace rdvc::base {

namespace {

volatile std::sig_atomic_t caught = 0; // NOLINT: a handler can reach nothing else

void note(int signal) {
    caught = signal;
}

} // namespace

Interrupts::Interrupts()
    : before_int_(std::signal(SIGINT, note)), before_term_(std::signal(SIGTERM, note)),
      before_hup_(std::signal(SIGHUP, note)) {
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
