// One override, as Hydra's grammar reads it. Source: hydra/grammar/OverrideParser.g4 of Hydra 1.3,
// and dvc/utils/cli_parse.py for the file before it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sweep/value.hpp"

namespace rdvc::sweep {

class Shuffler;

enum class Change { set, add, force, remove };

/// `[FILE:][+|++|~]KEY[=VALUE]`.
struct Override {
    std::string word; ///< as typed
    std::string file; ///< as typed; "" if none was given
    Change change = Change::set;
    std::string key;            ///< the path or group, with `@PACKAGE` if there is one
    std::optional<Value> value; ///< none for `~KEY`

    /// `[FILE:]KEY`.
    [[nodiscard]] std::string name() const;
    /// The override with another value; Hydra's text for the value.
    [[nodiscard]] std::string with(const std::string& value_text) const;
};

/// Where an override was given, for messages: "in `-S WORD`".
struct Origin {
    std::string before = "-S ";
    Shuffler* shuffler = nullptr; ///< for `shuffle()`, which is refused without one
};

/// Throws Error (usage), with the column and what was expected, for what Hydra would refuse, and
/// for sweeps that DVC does not support.
Override parse_override(const std::string& word, const Origin& origin = {});

/// The elements of `text` between commas that are outside brackets and quotes.
std::vector<std::string> split_at_commas(const std::string& text);

} // namespace rdvc::sweep
