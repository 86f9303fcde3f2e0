// The project of the current folder, its configuration, and its name on the cluster.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "project/git.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

struct Project {
    project::Repository repository;
    std::filesystem::path
        dvc_project; ///< the folder with `.dvc`; without one, the work tree's root
    bool has_dvc = false;
    config::Config config;
    std::string cluster; ///< NAME of its [clusters.NAME], or ""
    std::string repo_name;
    std::string origin_url; ///< without password
    std::string mirror;     ///< `NAME-<8 hex>.git`

    [[nodiscard]] std::filesystem::path config_file() const {
        return dvc_project / ".rdvc" / "config.toml";
    }
    /// The Git remote's name: `rdvc`, or `rdvc-NAME` for a named cluster.
    [[nodiscard]] std::string remote_name() const {
        return cluster.empty() ? "rdvc" : "rdvc-" + cluster;
    }
};

/// The configuration with a project's file, whether or not that exists; reads files alone.
/// `cluster` is the value of --cluster. Throws Error (configuration) for a bad file.
config::Config load_config(const world::World& world, const std::filesystem::path& project_file,
                           const std::string& cluster,
                           config::DefaultCluster default_cluster = config::DefaultCluster::counts);

/// The repository of the current folder. Throws Error (not_ready) outside of one.
project::Repository open_repository(world::World& world);

/// The project's file of settings, whether or not it exists. Reads no settings. Throws Error
/// (not_ready) outside of a Git repository.
std::filesystem::path settings_file(world::World& world);

/// The project of the current folder, with its configuration. `cluster` is the value of --cluster.
/// Throws Error: not_ready outside of a Git repository, configuration for a bad file.
Project open_project(world::World& world, const std::string& cluster);

/// Throws Error (not_ready) for a project without DVC, which can run commands but no experiments.
void require_dvc(const Project& project);

/// The project's setup command, `env.setup` or the default script; "" if it has none.
std::string setup_command(const Project& project);

/// The configuration outside of any project.
config::Config open_user_config(world::World& world, const std::string& cluster);

/// The folders whose files come back from a command, from the work tree's root: as typed, relative
/// to the current folder, else as configured (`run.output`). Throws Error (usage) for one that
/// cannot be an output.
std::vector<std::string> declared_outputs(const Project& project,
                                          const std::vector<std::string>& typed);

} // namespace rdvc::remote
