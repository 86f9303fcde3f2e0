// TOML text -> flat list of entries. Knows nothing of which keys exist.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rdvc::config {

using Scalar = std::variant<std::string, bool, std::vector<std::string>>;

/// One table, or one `key = value` with the tables that contain it, outermost first, and the
/// position of its value in the text (line and column from 1, bytes; `end` is one past the last
/// byte).
struct Entry {
    std::vector<std::string> path;
    Scalar value; ///< numbers become text
    std::size_t line = 0;
    std::size_t begin = 0; ///< offset of the value in the text
    std::size_t end = 0;
    bool is_table = false; ///< the table `path` itself, which may be empty; it has no value

    bool operator==(const Entry& other) const {
        return path == other.path && value == other.value && is_table == other.is_table;
    }
};

/// All entries of `text`, in the file's order. Throws Error (configuration) that names `file` and
/// the line if it is not valid TOML, or if a value has a kind that no setting has (dates, nested
/// lists).
std::vector<Entry> parse_toml(std::string_view text, const std::string& file);

struct Leaf {
    std::string key; ///< with dots between its parts
    std::string text;
    bool is_string = false;
};

/// The strings, numbers and flags in any TOML text, without lists and dates. Nothing if it is not
/// valid. Total.
std::optional<std::vector<Leaf>> toml_leaves(std::string_view text);

/// `text` as a TOML basic string, quotes included.
std::string toml_string(std::string_view text);

} // namespace rdvc::config
