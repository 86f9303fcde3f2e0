// What `rdvc uninstall --remote` may remove from the cluster. Pure: decided from the same records
// as `rdvc clean`, and from the names in rdvc's folder. What rdvc has not made stays.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "state/clean.hpp"
#include "state/inventory.hpp"

namespace rdvc::state {

/// What is in rdvc's folder, as the request `uninstall` reports it.
struct RemoteFolder {
    std::string dir;                      ///< absolute; "" if there is no such folder
    bool is_link = false;                 ///< the configured path is a link to it
    std::map<std::string, Entry> entries; ///< the first two levels; of `logs` not its usual links
    std::map<std::string, std::uint64_t> kib; ///< sizes of the first level, and of mirrors
    bool is_cache_named = false;              ///< cluster.cache is the folder `cache` in it
    std::set<std::string> shared; ///< names on the first level with files of other users in them
};

/// What the user has agreed to lose.
struct Confirmed {
    std::set<std::string> items;   ///< tokens of submissions; workspaces, as in requests
    std::set<std::string> mirrors; ///< names
};

struct UninstallQuestion {
    bool force = false;                      ///< also what is needed, except by jobs that live
    bool group_cache = false;                ///< the user's group uses DVC's cache there
    std::optional<Confirmed> confirmed = {}; ///< submissions and mirrors beyond these stay
};

enum class PartReason { needed, unpulled, unread, foreign, shared, group, link, named, begun };

/// A file or folder that stays, and why.
struct KeptPart {
    std::string path; ///< relative to rdvc's folder
    PartReason reason = PartReason::needed;
};

struct UninstallPlan {
    CleanPlan items;                  ///< what goes first, as with `rdvc clean`; what stays
    std::vector<std::string> mirrors; ///< paths of those that go although others stay
    std::vector<std::string> parts;   ///< names on the first level that go as a whole
    std::vector<KeptPart> kept;

    [[nodiscard]] bool is_whole() const { return items.kept.empty() && kept.empty(); }
    [[nodiscard]] bool has_part(std::string_view name) const;
};

/// For the user: what a part of rdvc's folder is, e.g. "mirrors"; its name if nothing else is
/// known.
std::string title_of_part(const std::string& name);
/// In JSON.
std::string_view word_of(PartReason reason);
/// For the user.
std::string_view sentence_of(PartReason reason);

/// The commits of experiments that only the mirrors may have.
std::set<std::string> commits_of(const Inventory& kept);

/// The submissions that have to be cancelled before they can be removed.
std::set<std::string> live_submissions(const Inventory& kept);

/// The records as they are once `cancel` has ended the live submissions that it can end. Without
/// an answer of squeue's nothing is cancelled.
Inventory with_live_ended(Inventory kept);

/// The submissions, workspaces and mirrors of a plan.
Confirmed confirmed_by(const UninstallPlan& plan, const RemoteFolder& folder);

/// What may go. `here`: those of the records' and the mirrors' commits that this laptop has, with
/// their data.
UninstallPlan plan_uninstall(const Inventory& kept, const RemoteFolder& folder,
                             const UninstallQuestion& question, const std::set<std::string>& here);

} // namespace rdvc::state
