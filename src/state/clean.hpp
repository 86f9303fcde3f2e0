// What `rdvc clean` may remove from the cluster: decided from what the cluster keeps, and from the
// results that this laptop has. Pure. The cluster looks once more before it removes.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "state/inventory.hpp"

namespace rdvc::state {

enum class CleanKind { submission, workspace, environment, functions, leftover };

enum class KeepReason {
    live,
    unpulled,    ///< its result is on the cluster alone, and `rdvc pull` brings it
    unpublished, ///< its result could not be published
    workspace,   ///< its workspace is to stay
    unconfirmed, ///< nobody knows whether there is a job
    unknown,     ///< squeue does not answer
    link,
    young
};

struct CleanKindWord {
    CleanKind kind;
    std::string_view word; ///< between the two sides, and for the user
    std::string_view many; ///< for the user
};
struct KeepReasonWord {
    KeepReason reason;
    std::string_view word;
    std::string_view sentence;
    bool named; ///< each of them is worth its name: somebody may want to do something
};
const std::vector<CleanKindWord>& clean_kinds();
const std::vector<KeepReasonWord>& keep_reasons();
const CleanKindWord& word_of(CleanKind kind);
const KeepReasonWord& word_of(KeepReason reason);

/// What may go.
struct Removal {
    CleanKind kind = CleanKind::leftover;
    std::string item;       ///< as the cluster is told: a path, or a token and more
    std::string path = {};  ///< absolute
    std::string token = {}; ///< of a submission
    std::string title = {}; ///< what the user calls it; "" where the path is all there is
    std::uint64_t kib = 0;
    bool is_restored = false; ///< a clean was ended in the middle, and this is to go back
};

/// What stays, and why.
struct KeptItem {
    CleanKind kind = CleanKind::leftover;
    KeepReason reason = KeepReason::live;
    std::string title;
};

struct CleanPlan {
    std::vector<Removal> removals;
    std::vector<KeptItem> kept;
};

struct CleanQuestion {
    std::string mirror; ///< the project's
    bool all_projects = false;
    std::int64_t older = 0;     ///< seconds; what is younger stays
    std::string functions = {}; ///< hash of this program's own job functions
};

/// Why a submission stays; nothing: it no longer serves.
std::optional<KeepReason> judge_submission(const Inventory& kept, const std::string& token,
                                           std::int64_t cutoff, const std::set<std::string>& here);

/// True if a submission has a job that waits or runs, or may have one: by hand, or in another
/// cluster that shares rdvc's folder.
bool is_live_submission(const Inventory& kept, const std::string& token);

/// The seconds for which a run by hand without a result counts as live.
inline constexpr std::int64_t run_by_hand = 7 * 86400;

/// The commits of published results that records name. They are the cluster's words.
std::set<std::string> published_commits(const Inventory& kept, const CleanQuestion& question);

/// What may go, and what stays of what a user would ask for; `here`: those commits that this laptop
/// has, with their data.
CleanPlan plan_clean(const Inventory& kept, const CleanQuestion& question,
                     const std::set<std::string>& here);

} // namespace rdvc::state
