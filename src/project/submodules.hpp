// Submodules that are checked out here, at the commits that a commit of the project refers to.
#pragma once

#include <string>
#include <vector>

#include "base/process.hpp"
#include "project/git.hpp"

namespace rdvc::project {

struct Submodule {
    Repository repository;
    std::string path;   ///< from the project's root
    std::string commit; ///< that the job checks out
    std::string url;    ///< of its origin, without password; "" if it has none
};

/// All of them, submodules of submodules too, outer ones first. Those that are not checked out are
/// left out: their folders are empty in the job as they are here. Throws Error (not_ready) for one
/// that lacks its commit.
std::vector<Submodule> submodules_of(base::Runner& runner, const Repository& repository,
                                     const std::string& commit);

} // namespace rdvc::project
