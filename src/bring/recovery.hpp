// What the cluster says to `rdvc recover` about a submission whose result was not published.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"

namespace rdvc::bring {

struct Recovery {
    remote::Target target;
    std::map<std::string, std::string> words = {};  ///< by verb; the last of each
    std::map<std::string, std::string> result = {}; ///< as it is now
    std::vector<std::string> missing = {};          ///< outputs that are nowhere

    [[nodiscard]] bool has(const std::string& verb) const { return words.contains(verb); }
    /// Printable.
    [[nodiscard]] std::string word(const std::string& verb) const;
    [[nodiscard]] std::string name() const;
    [[nodiscard]] std::string id() const;
};

/// One request. `action`: `publish`, or `here` (see cluster/login/recover.sh). Throws Error:
/// unreachable, unknown (repeating it continues), not_ready.
Recovery ask_to_recover(world::World& world, const remote::Project& project,
                        remote::Cluster& cluster, const remote::Target& target,
                        const std::string& action);

/// The Error for a submission whose workspace cannot be used now: its job is alive, SLURM or its
/// node does not answer, or nothing is left. Nothing if it can be used.
std::optional<base::Error> hindrance(const Recovery& recovery, const std::string& cluster);

/// Why an existing experiment cannot be published; nothing if it can.
std::optional<base::Error> obstacle(const Recovery& recovery, const std::string& cluster);

/// The submissions and tasks whose result waits to be published, oldest first.
std::vector<remote::Target> find_unpublished(const remote::Project& project,
                                             remote::Cluster& cluster);

/// `rdvc recover --here`: brings experiment and new files of the kept workspace into `into` ("":
/// a folder in `.rdvc/recovered/`). Throws Error.
void recover_here(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                  const remote::Target& target, const std::string& into);

} // namespace rdvc::bring
