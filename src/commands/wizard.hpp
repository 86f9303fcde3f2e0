// Shared by the three wizards: questions with defaults, and a TOML file whose values are changed
// one by one, keeping comments.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "config/edit.hpp"
#include "config/toml.hpp"
#include "world/world.hpp"

namespace rdvc::commands {

/// Says what is wrong with an answer; "" if nothing.
using Check = std::function<std::string(const std::string&)>;

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

class SettingsFile {
  public:
    SettingsFile(std::filesystem::path path, std::string_view first_line)
        : path_(std::move(path)), first_line_(first_line),
          text_(base::read_file(path_).value_or("")), before_(text_) {}

    /// `path`: tables, then the key.
    void set(const std::vector<std::string>& path, const std::string& text) {
        set_source(path, config::toml_string(text));
    }
    /// `source` is TOML: `true`, `3`, a quoted text.
    void set_source(const std::vector<std::string>& path, const std::string& source) {
        if (text_.empty())
            text_ = first_line_ + "\n";
        text_ = config::set_value(text_, path, source, path_.string());
    }

    /// Writes the file if anything changed; true if it did.
    bool save() {
        if (text_ == before_)
            return false;
        base::write_file(path_, text_);
        return true;
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
    std::string first_line_; ///< of a file that is new
    std::string text_;
    std::string before_;
};

} // namespace rdvc::commands
