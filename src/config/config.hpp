// The configuration: layers, later wins, each value with its origin.
// defaults < file that the user's includes < user file < project file < RDVC_* < options.
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

class Config;

/// Whether `cluster.default` chooses the cluster if none is named.
enum class DefaultCluster { counts, ignored };

/// A cluster that rdvc knows without a file; a [clusters.NAME] of the user's replaces it.
struct BuiltIn {
    std::string name;
    std::string layer;  ///< its [clusters.NAME], as TOML
    std::string origin; ///< of its settings
    /// It is among the clusters, and counts if no other is configured. If not, only who names it
    /// hears of it.
    bool is_there = false;
};

/// What to read. An empty path or a missing file is an empty layer.
struct Sources {
    std::filesystem::path user_file;
    std::filesystem::path project_file;
    std::function<std::optional<std::string>(const std::string&)> environment;
    std::string cluster; ///< NAME of [clusters.NAME]; empty: `cluster.default`, else [cluster]
    /// This laptop's copy of a file on the cluster that the user's settings describe, or nothing.
    std::function<std::optional<std::string>(const std::string& path, const Config& users)> copy =
        {};
    DefaultCluster default_cluster = DefaultCluster::counts;
    std::optional<BuiltIn> built_in = {};
};

/// Whose file a layer is, which decides what it may set.
enum class Whose {
    user,
    group,   ///< on this machine, included by the user's
    cluster, ///< on the cluster, included by the user's
    project
};

/// `include = "PATH"` or `include = "cluster:PATH"` of the user's file.
struct Include {
    std::string path;   ///< "" without an include; of a local file, with its folder
    std::string origin; ///< "FILE:LINE"
    bool is_on_cluster = false;
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

    /// What the layers have set, by key as in a file of settings: `run.time`, `instances.big.mem`.
    [[nodiscard]] std::map<std::string, Value> all() const;

    /// Replaces a setting; for options of the command line.
    void set(std::string_view key, Value value);

    /// The sbatch options of `[run]`.
    [[nodiscard]] const SbatchOptions& run_options() const { return run_; }
    /// The names of all instances, sorted.
    [[nodiscard]] std::vector<std::string> instances() const;
    /// The names of all `[clusters.NAME]`, as they were read.
    [[nodiscard]] const std::vector<std::string>& clusters() const { return clusters_; }
    /// NAME of the [clusters.NAME] that these settings are for; "" for [cluster].
    [[nodiscard]] const std::string& cluster() const { return cluster_; }
    /// The sbatch options of `[instances.NAME]`. Throws Error (configuration) for an unknown name.
    [[nodiscard]] const SbatchOptions& instance(const std::string& name) const;

    /// What to do about an undefined instance, as lines.
    [[nodiscard]] std::vector<std::string> advice_on_instance(const std::string& name) const;

    /// What the user's file includes.
    [[nodiscard]] const Include& included() const { return include_; }

    /// Reads one layer. Throws Error (configuration) with file:line for an unknown key (and names
    /// the one probably meant), a key that this file may not set, or a value of the wrong kind.
    void read_layer(std::string_view text, const std::string& file, Whose whose,
                    const std::string& cluster);
    /// Reads RDVC_*; for the built-in cluster without what describes_one_cluster().
    void read_environment(
        const std::function<std::optional<std::string>(const std::string&)>& environment);
    /// Adds a cluster that no layer defines.
    void add_built_in(const BuiltIn& built_in, const std::string& cluster);
    /// True if that one was added.
    [[nodiscard]] bool has_built_in() const { return has_built_in_; }
    /// True if these settings are for that one.
    [[nodiscard]] bool is_for_built_in() const { return is_for_built_in_; }
    /// True if some layer has `[clusters.NAME]`.
    [[nodiscard]] bool has_cluster(const std::string& name) const;

    /// Reads one entry of a layer, as read_layer does. `place`: what sets it, e.g. FILE:LINE.
    void read_entry(const Entry& entry, const std::string& place, Whose whose,
                    const std::string& cluster);

    /// Says for which cluster the layers are read.
    void set_cluster(const std::string& name) { cluster_ = name; }

  private:
    void read_include(const Entry& entry, const std::string& place, Whose whose);

    std::map<std::string, Value, std::less<>> values_;
    SbatchOptions run_;
    std::map<std::string, SbatchOptions> instances_;
    std::vector<std::string> clusters_;
    std::string cluster_;
    Include include_;
    bool has_built_in_ = false;
    bool is_for_built_in_ = false;
};

/// Reads all layers. Throws Error (configuration) as read_layer does, for a cluster that no layer
/// defines, also if `cluster.default` names it, and for an included file that is missing here.
Config load(const Sources& sources);

} // namespace rdvc::config
