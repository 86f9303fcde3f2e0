// The checks of `rdvc doctor`: of this machine, of the cluster, of a compute node; one line each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "slurm/limits.hpp"

namespace rdvc::checks {

enum class Level { ok, warning, error };

/// `ok`, `warning`, `error`.
std::string_view word_of(Level level);

struct Check {
    Level level = Level::ok;
    std::string name;
    std::string found;
    std::string advice = {}; ///< what to do about it; lines
    bool is_named = false;   ///< `found` has names that a bug report leaves out
};
using Checks = std::vector<Check>;

/// The current folder: whether it is in a project, and its configuration.
struct Place {
    std::optional<remote::Project> project;
    std::string no_project; ///< why there is none
    config::Config config;
};

/// The first `N.M` in a program's version output, or nothing.
std::optional<std::pair<int, int>> find_version(std::string_view text);

/// A check of a program whose version should be `least` or newer; `level` if it is not.
Check check_version(const std::string& name, const std::string& text, std::pair<int, int> least,
                    Level level, const std::string& advice);

/// A check of free space: a warning below 1 GB (or `least`), an error if none is free.
Check check_space(const std::string& name, const std::string& place, std::uint64_t free,
                  std::uint64_t least = 1'000'000'000);

/// Programs and configuration.
Checks check_laptop(world::World& world, const Place& place);

/// Setup command, lock file, DVC's local settings, remote and cache.
Checks check_project(const world::World& world, const Place& place);

/// One ssh execution; with `deep` a job too.
Checks check_cluster(world::World& world, const Place& place, bool deep);

/// Partitions, arrays and accounting, as the cluster tells of them.
Checks check_limits(const slurm::Limits& limits);

/// A text for a bug report: what was found, without advice, and with placeholders in place of
/// `names` (secret, placeholder) and of all paths.
std::string report(const std::vector<std::pair<std::string, Checks>>& parts,
                   const std::vector<std::pair<std::string, std::string>>& names);

/// What a bug report does not name: host, users, home folders, the project.
std::vector<std::pair<std::string, std::string>> private_names(const world::World& world,
                                                               const Place& place);

} // namespace rdvc::checks
