// The questions of the wizards, with defaults.
#pragma once

#include <functional>
#include <string>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "world/world.hpp"

namespace rdvc::wizard {

/// Says what is wrong with an answer; "" if nothing.
using Check = std::function<std::string(const std::string&)>;

/// Answers come from options, with --yes from defaults, else from the terminal.
class Questions {
  public:
    Questions(const world::World& world, const cli::Options& options, bool ask_nothing)
        : world_(world), options_(options), ask_nothing_(ask_nothing) {}

    /// Fills `value`: as given by `option`, else (with --yes) `current`, else as answered; asks
    /// again after a wrong answer. Throws Error (usage) for a wrong option.
    void answer(const std::string& option, const std::string& question, std::string& value,
                const std::string& current, const Check& check) const {
        const bool given = options_.given(option);
        if (!given)
            value = ask_nothing_ ? current : ask(question, current);
        for (auto wrong = check(value); !wrong.empty(); wrong = check(value)) {
            if (given || ask_nothing_)
                throw base::Error(base::Exit::usage, fmt::format("{}: {}", option, wrong));
            world_.console.note(wrong);
            value = ask(question, current);
        }
    }

    [[nodiscard]] bool given(const std::string& option) const { return options_.given(option); }

    /// True if the answer is yes, as it is with --yes.
    [[nodiscard]] bool agree(const std::string& question) const {
        return ask_nothing_ || !ask(question + "? (-: no)", "yes").empty();
    }

    /// True if the answer is yes to something that is not needed; with --yes it is no.
    [[nodiscard]] bool agrees_to_more(const std::string& question) const {
        return !ask_nothing_ && base::lower(ask(question + "? (yes or no)", "no")).starts_with("y");
    }

  private:
    [[nodiscard]] std::string ask(const std::string& question, const std::string& current) const {
        const auto given = world_.ask(question, current);
        return given == "-" ? "" : given;
    }

    const world::World& world_;
    const cli::Options& options_;
    bool ask_nothing_;
};

} // namespace rdvc::wizard
