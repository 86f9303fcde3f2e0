#include "world/world.hpp"

#include <chrono>
#include <cstdio>
#include <iostream>

#include <unistd.h>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/home.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"

namespace rdvc::world {

namespace fs = std::filesystem;

bool World::has_utf8() const {
    for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (const auto locale = base::lower(variable(name)); !locale.empty())
            return locale.find("utf-8") != std::string::npos ||
                   locale.find("utf8") != std::string::npos;
    return false;
}

namespace {

// The XDG specification has relative paths ignored.
fs::path base_folder(const World& world, const std::string& name, const fs::path& below_home) {
    const fs::path named = world.variable(name);
    return named.is_absolute() ? named : base::home_folder(world.variable("HOME")) / below_home;
}

} // namespace

fs::path World::user_config() const {
    return base_folder(*this, "XDG_CONFIG_HOME", ".config") / "rdvc" / "config.toml";
}

fs::path World::state_folder() const {
    return base_folder(*this, "XDG_STATE_HOME", fs::path(".local") / "state") / "rdvc";
}

fs::path World::socket_folder() const {
    constexpr auto plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    const auto runtime = variable("XDG_RUNTIME_DIR");
    if (runtime.starts_with("/") && runtime.size() < 40 &&
        runtime.find_first_not_of(plain) == std::string::npos)
        return fs::path(runtime) / "rdvc";
    return fmt::format("/tmp/rdvc-ssh-{}", ::getuid());
}

std::string World::ask(const std::string& question, const std::string& fallback) const {
    std::fputs(fallback.empty() ? fmt::format("{}: ", question).c_str()
                                : fmt::format("{} [{}]: ", question, fallback).c_str(),
               stderr);
    std::string answer;
    if (!std::getline(std::cin, answer)) {
        std::fputs("\n", stderr);
        throw base::Error(base::Exit::usage, "no answers: standard input is closed")
            .hint("give the answers as options, or `--yes` to keep the current values");
    }
    return answer.empty() ? fallback : answer;
}

base::Result TracingRunner::run(const base::Command& command) {
    console_.trace("+ " + base::quote_all(command.argv));
    if (console_.verbosity != Verbosity::verbose)
        return inner_.run(command);
    using namespace std::chrono;
    const auto began = steady_clock::now();
    auto result = inner_.run(command);
    console_.trace(
        fmt::format("  {:.3f} s{}: {}", duration<double>(steady_clock::now() - began).count(),
                    result.status == 0 ? "" : fmt::format(", exit code {}", result.status),
                    std::filesystem::path(command.argv.front()).filename().string()));
    return result;
}

} // namespace rdvc::world
