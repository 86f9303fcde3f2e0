#include "commands/parcel.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace rdvc::commands {

namespace {

// How the ledger calls a history that was cut.
constexpr auto cut_mark = "cut";

// The believed commits that end where ours do and that this repository has.
std::vector<std::string> usable(base::Runner& runner, const Delivery& delivery,
                                const std::vector<ledger::Holding>& believed,
                                const std::string& boundary) {
    std::vector<std::string> commits;
    for (const auto& holding : believed)
        if (holding.place == delivery.mirror && holding.boundary == boundary)
            commits.push_back(holding.object);
    return project::existing_objects(runner, delivery.repository, commits);
}

} // namespace

Parcel make_parcel(base::Runner& runner, const Delivery& delivery,
                   const std::vector<ledger::Holding>& believed, std::uint64_t max_history,
                   const std::filesystem::path& file) {
    Parcel parcel{.holding = {delivery.mirror, delivery.tip, ""}};
    parcel.boundary = project::shallow_boundary(runner, delivery.repository);
    if (!parcel.boundary.empty())
        parcel.holding.boundary = base::short_hash(base::join(parcel.boundary, " "));
    parcel.haves = usable(runner, delivery, believed, parcel.holding.boundary);
    if (parcel.haves.empty() && project::history_size(runner, delivery.repository) > max_history) {
        // Each commit stands alone then; what an earlier one has in common is not sent again.
        parcel.cut = true;
        parcel.holding.boundary = cut_mark;
        parcel.haves = usable(runner, delivery, believed, cut_mark);
        parcel.boundary = {delivery.history};
    }
    project::PackContent content{
        .wanted = {delivery.tip}, .haves = parcel.haves, .boundary = parcel.boundary};
    if (parcel.cut)
        content.boundary.insert(content.boundary.end(), parcel.haves.begin(), parcel.haves.end());
    else
        content.wanted.insert(content.wanted.end(), delivery.tag_objects.begin(),
                              delivery.tag_objects.end());
    const bool known =
        std::find(parcel.haves.begin(), parcel.haves.end(), delivery.tip) != parcel.haves.end();
    if (!known || content.wanted.size() > 1)
        parcel.pack = project::make_pack(runner, delivery.repository, content, file);
    return parcel;
}

} // namespace rdvc::commands
