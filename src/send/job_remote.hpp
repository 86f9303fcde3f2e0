// Whether a job has the project's DVC remote.
#pragma once

#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "submission/arguments.hpp"

namespace rdvc::send {

/// True if `.dvc/config` names a default remote that a job can use; the job does not have
/// config.local. A path counts only if the cluster has that folder too, which is asked, or if
/// `run.data` says so: a folder beside the project would be in the workspace, which is removed with
/// the job. Throws Error: not_ready for `run.data = "remote"` with such a folder; and as
/// Cluster::ask does.
bool job_has_dvc_remote(const world::World& world, const remote::Project& project,
                        remote::Cluster& cluster, const submission::RunArguments& arguments);

} // namespace rdvc::send
