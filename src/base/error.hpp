// The two ways to fail: an Error is for the user and is printed once, by main; a bug is an assert.
#pragma once

#include <stdexcept>
#include <string>

namespace rdvc::base {

/// Exit codes of the program; they are an interface (see docs/manual.md, "Exit codes").
enum class Exit {
    done = 0,
    failed = 1,
    usage = 2,
    not_ready = 3,
    configuration = 4,
    unreachable = 5,
    refused = 6,
    experiment_failed = 7,
    bug = 70,
    unknown = 75,
    interrupted = 130,
};

/// What the user is told when a command cannot continue: one line `what`, an indented `context`
/// (often another program's own words), and a `hint` if one is likely to help.
class Error : public std::runtime_error {
  public:
    Error(Exit code, const std::string& what) : std::runtime_error(what), code_(code) {}

    Error& context(std::string text) {
        context_ = std::move(text);
        return *this;
    }
    Error& hint(std::string text) {
        hint_ = std::move(text);
        return *this;
    }

    [[nodiscard]] Exit code() const { return code_; }
    [[nodiscard]] const std::string& context() const { return context_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }

    /// The whole message as printed: `error: what`, context, empty line, `hint: ...`.
    [[nodiscard]] std::string message() const;

  private:
    Exit code_;
    std::string context_;
    std::string hint_;
};

} // namespace rdvc::base
