// Changes single values in a TOML text and leaves everything else, comments included, as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::config {

/// `text` with the value at `path` (tables, then the key) set to `value` (TOML source, e.g. from
/// toml_string): replaced in place, else added at the end of its table, which is created if
/// missing. Throws Error (configuration) if `text` is not TOML, or if its table has a form that
/// cannot be extended by a line (inline, dotted).
std::string set_value(std::string_view text, const std::vector<std::string>& path,
                      const std::string& value, const std::string& file);

/// `text` without the value at `path` and without its line; its table stays. Nothing if it has no
/// such value. Throws Error (configuration) if `text` is not TOML, or if other values share the
/// line.
std::optional<std::string> remove_value(std::string_view text, const std::vector<std::string>& path,
                                        const std::string& file);

} // namespace rdvc::config
