// The code as it stands: what the work tree adds to HEAD, as Git objects. The user's index, work
// tree, stash and HEAD are only read; the objects stay in the repository unreferenced, like those
// of `git stash create`, until `git gc` removes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "project/git.hpp"

namespace rdvc::project {

/// Limits on what may travel.
struct SnapshotRules {
    std::vector<std::string> include; ///< new files that may travel though they look like secrets,
                                      ///< as paths from the work tree's root
    std::uint64_t max_untracked = 20'000'000; ///< bytes of untracked files together
};

struct Snapshot {
    std::string commit; ///< child of HEAD with the work tree's content; "" if that is HEAD's
    std::vector<std::string> added; ///< paths of files that HEAD does not have
    /// Untracked files that must stay untracked; they are in `added` too. DVC fails on a staged
    /// file whose name is not UTF-8, but ignores an untracked one.
    std::vector<std::string> beside;
    std::size_t changed = 0; ///< number of files with other content, mode or type
    std::size_t deleted = 0;
};

/// True if a file of this name usually holds passwords or private keys.
bool is_secret_name(const std::string& path);

/// Throws Error (not_ready) if one of the new files `added` looks like a secret, by its name or
/// content, and is not in `include`. All are paths from the work tree's root.
void refuse_secrets(const Repository& repository, const std::vector<std::string>& added,
                    const std::vector<std::string>& include);

/// Refuses a work tree that is in the middle of a merge, rebase, cherry-pick or revert. Throws
/// Error (not_ready) that names what is unfinished and the files in conflict.
void refuse_unfinished(base::Runner& runner, const Repository& repository, const Head& head);

/// Takes the snapshot. The same content on the same HEAD gives the same commit. Throws Error
/// (not_ready) for what refuse_unfinished refuses; for changes inside a submodule and for
/// repositories that are not submodules, which a commit cannot contain; for untracked files above
/// the limit (naming the largest); and for new files that look like secrets.
Snapshot take_snapshot(base::Runner& runner, const Repository& repository, const Head& head,
                       const SnapshotRules& rules);

} // namespace rdvc::project
