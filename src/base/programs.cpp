#include "base/programs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include <unistd.h>

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

std::filesystem::path find_program(const std::string& name, const std::string& path_variable) {
    if (name.find('/') != std::string::npos)
        return std::filesystem::absolute(name);
    std::istringstream folders(path_variable);
    for (std::string folder; std::getline(folders, folder, ':');) {
        auto path = std::filesystem::absolute(folder.empty() ? "." : folder) / name;
        if (::access(path.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(path))
            return path;
    }
    return name;
}

Error cannot_start(std::string_view program, int error) {
    const bool is_name = program.find('/') == std::string_view::npos;
    const char* path_variable = std::getenv("PATH");
    const auto file =
        find_program(std::string(program), path_variable == nullptr ? "" : path_variable);
    // A script: the kernel means the program of its first line (execve(2)).
    if (error == ENOENT && std::filesystem::is_regular_file(file))
        return Error(Exit::not_ready, fmt::format("cannot run `{}`: the program that the first "
                                                  "line of {} names is not there",
                                                  program, file.string()))
            .hint(fmt::format("install `{}` again: its Python may have been removed",
                              file.filename().string()));
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
