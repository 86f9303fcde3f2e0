// The request `uninstall`: what is in rdvc's folder on the cluster, and its removal.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "state/uninstall.hpp"

namespace rdvc::remote {

/// Reads the folder's first two levels; creates nothing. Throws Error as Cluster::ask does, also if
/// the folder is not rdvc's.
state::RemoteFolder look_at_folder(Cluster& cluster, const std::string& cache);

/// What became of a plan's parts.
struct Uninstalled {
    std::vector<std::string> removed; ///< paths in rdvc's folder
    std::vector<std::string> needed;  ///< mirrors that a submission needs
    std::vector<std::string> failed;  ///< what could not be removed
    bool has_begun = false;           ///< a submission or a job has begun, so the parts stay
    bool is_empty = false;            ///< nothing is left
    bool is_gone = false;             ///< the folder itself is gone, too
};

/// Removes the plan's mirrors and parts. Throws Error as Cluster::ask does; a second call goes on.
Uninstalled remove_parts(Cluster& cluster, const state::UninstallPlan& plan);

} // namespace rdvc::remote
