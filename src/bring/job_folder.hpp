// Files that a job has left on the cluster come into a folder here: by rsync, or as one tar stream
// where a side has none. Nothing of them is trusted; see project/arrivals.hpp for what becomes of
// them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "remote/cluster.hpp"
#include "remote/project.hpp"

namespace rdvc::bring {

/// A folder of a job's record.
struct JobFolder {
    std::string token;
    std::string folder;     ///< its name there: output, partial, .here
    std::string place;      ///< its path there
    bool has_rsync = false; ///< the cluster
    /// What is here already, to be linked where it is unchanged; empty: nothing is.
    std::filesystem::path earlier = {};
};

/// Where files of `token` wait in the repository until they are looked at; made where missing.
std::filesystem::path waiting_folder(world::World& world, const remote::Project& project,
                                     const std::string& name);

/// Brings all of it into `into`, which may hold a part from an earlier time. Throws Error: failed,
/// and what a lost connection throws.
void bring_folder(world::World& world, remote::Cluster& cluster, const JobFolder& there,
                  const std::filesystem::path& into);

/// Removes from what has arrived the names that programs here obey and no declared path has in it
/// (project/guarded_names.hpp), with a warning.
void leave_out_guarded(const world::World& world, const std::filesystem::path& arrived,
                       const std::vector<std::string>& declared);

/// The number of files in the folder; nothing where there is no such folder.
std::optional<unsigned long> look_at_folder(remote::Cluster& cluster, const std::string& token,
                                            const std::string& folder);

/// Makes the folder `name` in `.rdvc/<kind>/` of the project anew from what has arrived in
/// `arrived`. Git ignores it, so no submission takes it along. Gives its path.
std::filesystem::path put_apart(const remote::Project& project, const std::string& kind,
                                const std::string& name, const std::filesystem::path& arrived);

/// That path.
std::filesystem::path folder_apart(const remote::Project& project, const std::string& kind,
                                   const std::string& name);

/// The same for any folder: what is in it is replaced.
void put_apart(const std::filesystem::path& named, const std::filesystem::path& arrived);

} // namespace rdvc::bring
