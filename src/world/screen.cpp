#include "world/screen.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupts.hpp"
#include "base/text.hpp"

namespace rdvc::world {

namespace {

// xterm: the alternate screen, no line wraps, no cursor; and back.
constexpr std::string_view enter = "\x1b[?1049h\x1b[?7l\x1b[?25l";
constexpr std::string_view leave = "\x1b[?25h\x1b[?7h\x1b[?1049l";

// For the signal handler, which can reach nothing else.
termios& mode_before() {
    static termios mode = {};
    return mode;
}

void write_all(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// Only calls that POSIX allows in a signal handler.
void give_back() {
    // First: what is typed at the prompt that then appears must stay.
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode_before());
    write_all(leave);
}

constexpr std::array<std::pair<std::string_view, Key>, 24> keys = {{
    {"\x1b[A", Key::up},    {"\x1bOA", Key::up},     {"k", Key::up},        {"\x1b[B", Key::down},
    {"\x1bOB", Key::down},  {"j", Key::down},        {"\x1b[C", Key::open}, {"\x1bOC", Key::open},
    {"l", Key::open},       {"\r", Key::open},       {"\n", Key::open},     {"\x1b[D", Key::back},
    {"\x1bOD", Key::back},  {"h", Key::back},        {"\x7f", Key::back},   {"\b", Key::back},
    {"\x1b[H", Key::first}, {"\x1b[1~", Key::first}, {"g", Key::first},     {"\x1b[F", Key::last},
    {"\x1b[4~", Key::last}, {"G", Key::last},        {"q", Key::quit},      {"\x04", Key::quit},
}};

} // namespace

Key take_key(std::string& bytes) {
    while (!bytes.empty()) {
        for (const auto& [sequence, key] : keys)
            if (bytes.starts_with(sequence)) {
                bytes.erase(0, sequence.size());
                return key;
            }
        if (bytes.size() == 1 && bytes.front() == '\x1b') { // nothing follows: the key Esc
            bytes.clear();
            return Key::back;
        }
        std::size_t length = 1;
        if (bytes.starts_with("\x1b[")) { // of another key: up to its last byte
            length = 2;
            while (length < bytes.size() && (bytes[length] < '@' || bytes[length] > '~'))
                ++length;
            ++length;
        }
        bytes.erase(0, length);
    }
    return Key::none;
}

Screen::Screen() : size_(base::terminal_size(STDOUT_FILENO)) {
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1 ||
        ::tcgetattr(STDIN_FILENO, &mode_before()) != 0)
        throw base::Error(base::Exit::usage, "this needs a terminal");
    auto mode = mode_before();
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    mode.c_cc[VMIN] = 0;
    mode.c_cc[VTIME] = 0;
    mode.c_cc[VSUSP] = _POSIX_VDISABLE;
    at_signal_.emplace(give_back);
    base::end_at_signals();
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode);
    write_all(enter);
}

Screen::~Screen() {
    give_back();
}

void Screen::draw(const std::vector<std::string>& lines, int selected) {
    std::string frame = "\x1b[H";
    const auto count = std::min(lines.size(), size_.lines);
    for (std::size_t i = 0; i < count; ++i) {
        const bool is_selected = static_cast<int>(i) == selected;
        // Erased first: behind a full line the cursor stays on its last character.
        frame += (i == 0 ? "\x1b[K" : "\r\n\x1b[K") + std::string(is_selected ? "\x1b[7m" : "") +
                 base::printable(lines[i]) + (is_selected ? "\x1b[0m" : "");
    }
    write_all(count < size_.lines ? frame + "\r\n\x1b[J" : frame);
}

Key Screen::wait(std::chrono::milliseconds patience) {
    constexpr auto often = std::chrono::milliseconds(100);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (true) {
        if (const auto key = take_key(bytes_); key != Key::none)
            return key;
        const auto size = base::terminal_size(STDOUT_FILENO);
        if (size.columns != size_.columns || size.lines != size_.lines) {
            size_ = size;
            return Key::resized;
        }
        if (std::chrono::steady_clock::now() >= end)
            return Key::none;
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, static_cast<int>(often.count())) <= 0)
            continue;
        std::array<char, 64> some = {};
        const auto length = ::read(STDIN_FILENO, some.data(), some.size());
        if (length <= 0)
            return Key::quit; // the terminal is gone
        bytes_.append(some.data(), static_cast<std::size_t>(length));
    }
}

} // namespace rdvc::world
