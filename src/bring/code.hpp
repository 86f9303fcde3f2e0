// The code of a submission: the commits that its job ran.
#pragma once

#include <string>

#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "world/world.hpp"

namespace rdvc::bring {

struct Code {
    std::string commit;   ///< HEAD of the work tree
    std::string snapshot; ///< with its changes on top; "" if there were none

    [[nodiscard]] const std::string& tip() const { return snapshot.empty() ? commit : snapshot; }
};

/// Asks the cluster for the commits of the submission `token`, and brings from its mirror what this
/// repository lacks of them, without a ref. Throws Error: failed if the cluster has no trace of it,
/// or the commits are nowhere; and as Cluster::ask does.
Code find_code(world::World& world, const remote::Project& project, remote::Cluster& cluster,
               const std::string& token);

} // namespace rdvc::bring
