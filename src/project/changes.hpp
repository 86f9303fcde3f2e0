// The tree of a commit that has the uncommitted changes.
#pragma once

#include <string>

#include "base/process.hpp"
#include "project/git.hpp"

namespace rdvc::project {

/// True for an untracked file that DVC could not stage: its name is not UTF-8.
bool stays_untracked(const Change& change);

/// Stores what HEAD has with the changes in `head` on top, each file as it is in the work tree, and
/// returns the tree's name; "" if it is HEAD's tree. Files that stay untracked are left out.
std::string tree_of_changes(base::Runner& runner, const Repository& repository, const Head& head);

} // namespace rdvc::project
