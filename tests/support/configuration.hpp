// Reading configuration from texts and made-up environments.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace rdvc::tests {

using Environment = std::map<std::string, std::string>;

inline std::function<std::optional<std::string>(const std::string&)>
lookup(const Environment& environment) {
    return [environment](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    };
}

using config::Whose;

inline config::Config read_config(std::string_view text, Whose whose = Whose::user,
                                  const std::string& cluster = "") {
    config::Config config;
    config.read_layer(text, "config.toml", whose, cluster);
    return config;
}

/// One option in a set of sbatch options: "(none)", "(on)", "(off)" or its value.
inline std::string option_of(const config::SbatchOptions& options, const std::string& name) {
    const auto found = options.find(name);
    if (found == options.end())
        return "(none)";
    if (const auto* flag = std::get_if<bool>(&found->second.value))
        return *flag ? "(on)" : "(off)";
    return std::get<std::string>(found->second.value);
}

} // namespace rdvc::tests
