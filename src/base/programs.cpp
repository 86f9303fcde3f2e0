#include "base/programs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/core.h>

namespace rdvc::base {

namespace {

struct Program {
    std::string_view name;
    std::string_view debian;
    std::string_view fedora;
    std::string_view mac;
};

constexpr std::array<Program, 3> programs{{
    {"git", "git", "git", "xcode-select --install"},
    {"ssh", "openssh-client", "openssh-clients", "part of the system"},
    {"rsync", "rsync", "rsync", "part of the system"},
}};

} // namespace

Error cannot_start(std::string_view program, int error) {
    const bool is_name = program.find('/') == std::string_view::npos;
    if (error != ENOENT || !is_name)
        return {Exit::not_ready, fmt::format("cannot run `{}`: {}", program, std::strerror(error))};
    Error missing(Exit::not_ready, fmt::format("`{}` is not installed, or not on PATH", program));
    const auto* const known =
        std::find_if(programs.begin(), programs.end(),
                     [program](const Program& each) { return each.name == program; });
    if (known != programs.end())
        missing.hint(fmt::format("Debian, Ubuntu: apt-get install {}; Fedora, Red Hat: dnf install "
                                 "{}; macOS: {}",
                                 known->debian, known->fedora, known->mac));
    return missing;
}

} // namespace rdvc::base
