#include "send/pack.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace rdvc::send {

namespace {

// The ledger's name for a history that was cut.
constexpr auto cut_mark = "cut";

// Those believed commits whose history ends where ours does and that this repository has.
std::vector<std::string> usable(base::Runner& runner, const MirrorContent& mirror_content,
                                const std::vector<ledger::Stored>& believed,
                                const std::string& boundary) {
    std::vector<std::string> commits;
    for (const auto& stored : believed)
        if (stored.place == mirror_content.mirror && stored.boundary == boundary)
            commits.push_back(stored.object);
    if (std::find(commits.begin(), commits.end(), mirror_content.tip) != commits.end())
        return {mirror_content.tip}; // with all that it needs
    return project::existing_objects(runner, mirror_content.repository, commits);
}

} // namespace

MirrorPack make_mirror_pack(base::Runner& runner, const MirrorContent& mirror_content,
                            const std::vector<ledger::Stored>& believed, std::uint64_t max_history,
                            const std::filesystem::path& file) {
    MirrorPack mirror_pack{.stored = {mirror_content.mirror, mirror_content.tip, ""}};
    mirror_pack.boundary = project::shallow_boundary(runner, mirror_content.repository);
    if (!mirror_pack.boundary.empty())
        mirror_pack.stored.boundary = base::short_hash(base::join(mirror_pack.boundary, " "));
    mirror_pack.haves = usable(runner, mirror_content, believed, mirror_pack.stored.boundary);
    if (mirror_pack.haves.empty() &&
        project::history_size(runner, mirror_content.repository) > max_history) {
        // Each commit then has no parents; what an earlier one has in common is not sent again.
        mirror_pack.cut = true;
        mirror_pack.stored.boundary = cut_mark;
        mirror_pack.haves = usable(runner, mirror_content, believed, cut_mark);
        mirror_pack.boundary = {mirror_content.history};
    }
    project::PackContent content{.wanted = {mirror_content.tip},
                                 .haves = mirror_pack.haves,
                                 .boundary = mirror_pack.boundary};
    if (mirror_pack.cut)
        content.boundary.insert(content.boundary.end(), mirror_pack.haves.begin(),
                                mirror_pack.haves.end());
    else
        content.wanted.insert(content.wanted.end(), mirror_content.tag_objects.begin(),
                              mirror_content.tag_objects.end());
    const bool known = std::find(mirror_pack.haves.begin(), mirror_pack.haves.end(),
                                 mirror_content.tip) != mirror_pack.haves.end();
    if (!known || content.wanted.size() > 1)
        mirror_pack.pack = project::make_pack(runner, mirror_content.repository, content, file);
    return mirror_pack;
}

} // namespace rdvc::send
