// The configuration: layers, later wins, each value with its origin.
// defaults < user file < project file < RDVC_* < options.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml.hpp"

namespace rdvc::config {

struct Value {
    Scalar value;
    std::string origin; ///< "default", "FILE:LINE", "RDVC_...", "--option"
};

/// sbatch options by name; a value of true is the option alone, false or "" is "not given".
using SbatchOptions = std::map<std::string, Value>;

/// What to read. An empty path or a missing file is an empty layer.
struct Sources {
    std::filesystem::path user_file;
    std::filesystem::path project_file;
    std::function<std::optional<std::string>(const std::string&)> environment;
    std::string cluster; ///< NAME of [clusters.NAME]; empty: [cluster]
};

class Config {
  public:
    /// The value of a setting of the table, or its default.
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] bool flag(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view key) const;
    /// In bytes.
    [[nodiscard]] std::uint64_t size(std::string_view key) const;
    [[nodiscard]] std::uint32_t number(std::string_view key) const;
    /// "default", or the place that set it.
    [[nodiscard]] std::string origin(std::string_view key) const;

    /// Replaces a setting; for options of the command line.
    void set(std::string_view key, Value value);

    /// The sbatch options of `[run]`.
    [[nodiscard]] const SbatchOptions& run_options() const { return run_; }
    /// The names of all instances, sorted.
    [[nodiscard]] std::vector<std::string> instances() const;
    /// The sbatch options of `[instances.NAME]`. Throws Error (configuration) for an unknown name.
    [[nodiscard]] const SbatchOptions& instance(const std::string& name) const;

    /// What to do about an undefined instance, as lines.
    [[nodiscard]] std::vector<std::string> advice_on_instance(const std::string& name) const;

    /// Reads one layer. `who_line` says whose file it is. Throws Error (configuration) with
    /// file:line for an unknown key (and names the one probably meant), a key that this file may
    /// not set, or a value of the wrong kind.
    void read_layer(std::string_view text, const std::string& file, bool is_project,
                    const std::string& cluster);
    /// Reads RDVC_*.
    void read_environment(
        const std::function<std::optional<std::string>(const std::string&)>& environment);
    /// True if some layer has `[clusters.NAME]`.
    [[nodiscard]] bool has_cluster(const std::string& name) const;

  private:
    void read_entry(const Entry& entry, const std::string& file, bool is_project,
                    const std::string& cluster);

    std::map<std::string, Value, std::less<>> values_;
    SbatchOptions run_;
    std::map<std::string, SbatchOptions> instances_;
    std::vector<std::string> clusters_;
};

/// Reads all layers. Throws Error (configuration) as read_layer does, and for a cluster that no
/// layer defines.
Config load(const Sources& sources);

} // namespace rdvc::config
