// The data of experiments that come from the cluster: which objects their commits name, and
// bringing those that this laptop's cache lacks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/project.hpp"

namespace rdvc::bring {

/// The refs of commits that are here and whose data has not come yet, by commit.
inline constexpr auto pulled_refs = "refs/rdvc/pull";

/// An experiment whose commit is in the local repository.
struct Arrived {
    std::string name;
    std::string commit; ///< its parent is the commit that it was made from
};

/// Brings the data that the experiments' commits name, as `dvc exp pull` does from a DVC remote.
/// What the cluster does not have is said; gives false if some of it was made by one of these
/// experiments. Throws Error as Transfer::bring does, DamagedData when all else has come.
bool bring_data(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                const std::vector<Arrived>& experiments);

/// The same from the project's DVC remote, by DVC; their refs must be here. Gives what went wrong,
/// or nothing.
std::optional<base::Error> fetch_by_dvc(world::World& world, const remote::Project& project,
                                        const std::vector<Arrived>& experiments);

/// Why DVC is not asked for the data of each of these commits; "" if it is.
std::map<std::string, std::string> why_not_by_dvc(world::World& world,
                                                  const remote::Project& project,
                                                  const std::vector<std::string>& commits);

/// Those of the experiments' `commits` that this repository has, with their data.
std::vector<std::string> whole_here(world::World& world, const remote::Project& project,
                                    const std::vector<std::string>& commits);

} // namespace rdvc::bring
