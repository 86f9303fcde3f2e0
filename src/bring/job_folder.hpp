// Copies files that a job has left on the cluster into a folder here: with rsync, or as one tar
// stream if a side has none. None of them is trusted; see project/arrivals.hpp for what happens to
// them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"

namespace rdvc::bring {

/// A folder of a job's record.
struct JobFolder {
    remote::Target target;
    std::string folder;     ///< its name there: output, partial, .here
    std::string place;      ///< its path there
    bool has_rsync = false; ///< the cluster
    /// An earlier copy here, whose unchanged files are linked; empty: none.
    std::filesystem::path earlier = {};
};

/// Where files of `token` wait in the repository until they are checked; created if missing.
std::filesystem::path waiting_folder(world::World& world, const remote::Project& project,
                                     const std::string& name);

/// Brings all of it into `into`, which may have a part from an earlier transfer. Throws Error:
/// failed, and what a lost connection throws.
void bring_folder(world::World& world, remote::Cluster& cluster, const JobFolder& there,
                  const std::filesystem::path& into);

/// Removes arrived files with names that programs here obey and that no declared path contains
/// (project/guarded_names.hpp), with a warning.
void leave_out_guarded(const world::World& world, const std::filesystem::path& arrived,
                       const std::vector<std::string>& declared);

/// The number of files in the folder; nothing if the folder does not exist.
std::optional<unsigned long> look_at_folder(remote::Cluster& cluster, const remote::Target& target,
                                            const std::string& folder);

/// Creates the folder `name` in `.rdvc/<kind>/` of the project again, from the files in `arrived`.
/// Git ignores it, so no submission includes it. Returns its path.
std::filesystem::path put_apart(const remote::Project& project, const std::string& kind,
                                const std::string& name, const std::filesystem::path& arrived);

/// That path.
std::filesystem::path folder_apart(const remote::Project& project, const std::string& kind,
                                   const std::string& name);

/// The same folder, with what it has; created if missing.
std::filesystem::path make_folder_apart(const remote::Project& project, const std::string& kind,
                                        const std::string& name);

/// The same for any folder: its content is replaced.
void put_apart(const std::filesystem::path& named, const std::filesystem::path& arrived);

} // namespace rdvc::bring
