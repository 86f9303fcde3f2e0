// What is said of a command, as data: `--help`, man pages, docs/commands.md and completion are made
// of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::help {

/// An option, a word without a dash, or a part of a group of commands.
struct Row {
    char letter = 0;     ///< short form, or 0
    std::string name;    ///< `--follow`; SUBMISSION; `list` of `rdvc env`; empty: only a letter
    std::string metavar; ///< of an option: its value; empty: takes none; `[=N]`: may take one
    std::string help;

    /// The letter with its dash, and the name.
    [[nodiscard]] std::vector<std::string> names() const;
};

struct Section {
    std::string title;
    std::vector<Row> rows;
    std::string elsewhere = {}; ///< who reads help is told this instead of the rows
    bool for_completion = true; ///< false: the rows cannot be typed
};

struct Example {
    std::string line; ///< to type
    std::string meaning;
};

/// What to type for a command, by its words ("env list"); none if it has no examples.
const std::vector<Example>& examples_of(std::string_view command);

struct Page {
    std::string command;            ///< `env list`; empty: rdvc itself
    std::string summary;            ///< sentences; paragraphs have an empty line between
    std::vector<std::string> usage; ///< each after `rdvc COMMAND `
    std::vector<Section> sections = {};
    bool is_group = false; ///< `rdvc env`, which has parts
};

/// For a terminal of `width` characters. Columns give way where they do not fit.
std::string as_text(const Page& page, std::size_t width);

/// Source of a man page of section 1, in the macros of man(7).
std::string as_man_page(const Page& page, std::string_view version);

/// `rdvc-env-list` for `env list`.
std::string man_page_name(std::string_view command);

} // namespace rdvc::help
