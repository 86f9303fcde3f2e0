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

/// Packs into `file` what `wanted` (commits and tags) needs and `haves` does not bring. Thin:
/// objects may be deltas against those of `haves`, so `git index-pack --fix-thin` must take it in.
/// Throws Error.
Pack make_pack(base::Runner& runner, const Repository& repository,
               const std::vector<std::string>& wanted, const std::vector<std::string>& haves,
               const std::filesystem::path& file);

} // namespace rdvc::project
