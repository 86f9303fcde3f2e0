// Everything outside itself that a command may touch: processes, environment, console.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/process.hpp"
#include "world/console.hpp"

namespace rdvc::world {

struct World {
    base::Runner& runner;
    Console& console;
    std::filesystem::path folder; ///< the user's current folder
    std::function<std::optional<std::string>(const std::string&)> environment;
    std::filesystem::path program = "rdvc"; ///< rdvc itself, for programs that call it

    /// A variable's value, or "".
    [[nodiscard]] std::string variable(const std::string& name) const {
        return environment(name).value_or("");
    }

    /// Whether the user's locale has UTF-8.
    [[nodiscard]] bool has_utf8() const;

    /// ~/.config/rdvc/config.toml, by $XDG_CONFIG_HOME if absolute. Throws as base::home_folder.
    [[nodiscard]] std::filesystem::path user_config() const;
    /// ~/.local/state/rdvc, by $XDG_STATE_HOME if absolute. Throws as base::home_folder.
    [[nodiscard]] std::filesystem::path state_folder() const;
    /// A short private folder for ssh's sockets, without anything that ssh would expand or split.
    [[nodiscard]] std::filesystem::path socket_folder() const;
    /// Asks for one line on the terminal; `fallback` if it is empty. Throws Error (usage) at the
    /// end of standard input.
    [[nodiscard]] std::string ask(const std::string& question, const std::string& fallback) const;
};

/// The program's version: `0.1.0`.
std::string version();

/// The version and the commit it was built from: `0.1.0 (a1b2c3d4e5, 2026-11-30)`, with the
/// commit's date, and `, with changes` if tracked files had uncommitted ones. Only the version if
/// the sources were not in a Git repository.
std::string version_and_commit();

/// With --verbose, shows each command before another runner runs it, and its time afterwards.
class TracingRunner : public base::Runner {
  public:
    TracingRunner(base::Runner& inner, const Console& console) : inner_(inner), console_(console) {}
    base::Result run(const base::Command& command) override;
    void start_ahead(const base::Command& command) override { inner_.start_ahead(command); }

  private:
    base::Runner& inner_;
    const Console& console_;
};

} // namespace rdvc::world
