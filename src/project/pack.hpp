// The Git objects that a cluster lacks, as one pack.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "project/git.hpp"

namespace rdvc::project {

struct Pack {
    std::filesystem::path file;
    std::uintmax_t size = 0; ///< bytes; 0: nothing is missing
    std::uint32_t objects = 0;
};

/// What to pack.
struct PackContent {
    std::vector<std::string> wanted;   ///< commits and tags, with all that they need
    std::vector<std::string> haves;    ///< commits that the mirror has
    std::vector<std::string> boundary; ///< commits whose parents are left out
};

/// Packs it into `file`. Thin: objects may be deltas against those of `haves`, so it needs
/// `git index-pack --fix-thin`. Throws Error.
Pack make_pack(base::Runner& runner, const Repository& repository, const PackContent& content,
               const std::filesystem::path& file);

/// The commits at which a shallow clone's history ends; none for a full clone.
std::vector<std::string> shallow_boundary(base::Runner& runner, const Repository& repository);

/// The approximate size of the whole history as a pack, in bytes: the size of the repository's
/// packs and loose objects (git-count-objects(1)).
std::uint64_t history_size(base::Runner& runner, const Repository& repository);

} // namespace rdvc::project
