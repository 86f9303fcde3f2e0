// Files that a job's checkout needs and that Git does not track: ignored files that the user names,
// the content that Git LFS keeps outside of Git, and the results of Git's conversions here. It
// travels as one more commit on top of the snapshot, with folders:
//   copies       files by path
//   lfs          content by its SHA-256
//   conversions  `settings`, `attributes`, `user` (attributes), `sealing` (names of filters)
//   smudged      files by path, with the bytes of the work tree
//   cleaned      the blob that Git has of each of those, by the hash of its bytes
#pragma once

#include <string>
#include <vector>

#include "base/process.hpp"
#include "project/conversions.hpp"
#include "project/git.hpp"

namespace rdvc::project {

/// The files below `paths` (from the work tree's root), recursively, as paths from there. Throws
/// Error (usage) for a path that does not exist or is not below the root.
std::vector<std::string> files_below(const Repository& repository,
                                     const std::vector<std::string>& paths);

/// The SHA-256 of the content of every file of `commit` that Git LFS manages. Throws Error
/// (not_ready) naming the files whose content is not here: a stage would read a pointer.
/// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, "The Pointer".
std::vector<std::string> lfs_objects(base::Runner& runner, const Repository& repository,
                                     const std::string& commit);

struct Extras {
    std::vector<std::string> copies; ///< files, as paths from the root
    std::vector<std::string> lfs;    ///< SHA-256 of content
    Conversions conversions = {};
};

/// The commit, child of `parent`, or "" if there is nothing to send.
std::string make_extras(base::Runner& runner, const Repository& repository,
                        const std::string& parent, const Extras& extras);

} // namespace rdvc::project
