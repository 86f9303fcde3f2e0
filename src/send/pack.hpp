// The Git objects of one repository for its mirror: the project's own, or a submodule's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "ledger/ledger.hpp"
#include "project/pack.hpp"

namespace rdvc::send {

/// What a mirror should have.
struct MirrorContent {
    const project::Repository& repository;
    std::string mirror;
    std::string tip;                      ///< a commit, with all that it needs
    std::string history;                  ///< the newest commit of the user's own below `tip`
    std::vector<std::string> tag_objects; ///< annotated tags
};

struct MirrorPack {
    ledger::Stored stored;                  ///< what the mirror has then
    std::vector<std::string> haves = {};    ///< commits that the pack builds on
    std::vector<std::string> boundary = {}; ///< commits whose parents the mirror need not have
    project::Pack pack = {};
    bool cut = false; ///< the history is too large: the pack has only `history`, without parents
};

/// Packs what the mirror lacks into `file`, as far as `believed` tells. A history larger than
/// `max_history` bytes is cut. Throws Error.
MirrorPack make_mirror_pack(base::Runner& runner, const MirrorContent& mirror_content,
                            const std::vector<ledger::Stored>& believed, std::uint64_t max_history,
                            const std::filesystem::path& file);

} // namespace rdvc::send
