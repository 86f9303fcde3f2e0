// What `-S` sets.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rdvc::data {

/// `[FILE:]KEY=VALUE` of `-S`.
struct Override {
    std::string file = "params.yaml";
    std::string key;
    std::string value;
    bool adds = false; ///< `+KEY`, `++KEY`: the key need not be there
};
Override parse_override(const std::string& text);

/// The value that this key of this file gets, in the form of `flat`, if that is obvious; otherwise
/// nothing. `here` is the user's current folder.
std::optional<std::string> value_set(const std::vector<std::string>& overrides,
                                     const std::string& here, const std::string& file,
                                     const std::string& key);

/// Whether one of them may set this key of this file, something inside it, or something that
/// contains it.
bool may_set(const std::vector<std::string>& overrides, const std::string& file,
             const std::string& key);

} // namespace rdvc::data
