// A world::World around a fake or real runner: own home, own environment, output captured.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/process.hpp"
#include "commands/command.hpp"
#include "world/world.hpp"

namespace rdvc::tests {

/// The exit code of a command that has done its work.
constexpr auto done = static_cast<int>(base::Exit::done);

/// The result of a command, as its user sees it.
struct Outcome {
    int code = 0;
    std::string out;
    std::string err;
};

class TestWorld {
  public:
    /// `home` has configuration and state; `folder` is the user's current folder.
    TestWorld(base::Runner& runner, const std::filesystem::path& home, std::filesystem::path folder)
        : runner_(runner), folder_(std::move(folder)) {
        environment["HOME"] = home.string();
        environment["XDG_RUNTIME_DIR"] = (home / "run").string();
    }

    std::map<std::string, std::string> environment;

    /// Runs one command as main() does, errors included.
    Outcome run(const commands::Words& words) {
        world::Console console(false, false, true);
        world::World world{runner_, console, folder_, lookup()};
        ::testing::internal::CaptureStdout();
        ::testing::internal::CaptureStderr();
        Outcome outcome;
        try {
            outcome.code = static_cast<int>(commands::dispatch(world, words));
        } catch (const base::Error& error) {
            console.error(error.message());
            outcome.code = static_cast<int>(error.code());
        } catch (...) {
            outcome.out = ::testing::internal::GetCapturedStdout();
            outcome.err = ::testing::internal::GetCapturedStderr();
            throw;
        }
        outcome.out = ::testing::internal::GetCapturedStdout();
        outcome.err = ::testing::internal::GetCapturedStderr();
        return outcome;
    }

    void stand_in(std::filesystem::path folder) { folder_ = std::move(folder); }

  private:
    [[nodiscard]] std::function<std::optional<std::string>(const std::string&)> lookup() const {
        return [this](const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
        };
    }

    base::Runner& runner_;
    std::filesystem::path folder_;
};

} // namespace rdvc::tests
