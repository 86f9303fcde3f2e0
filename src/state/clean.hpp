// What `rdvc clean` may remove from the cluster: decided from the cluster's records, and from the
// results that this laptop has. Pure. The cluster checks once more before it removes anything.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "state/inventory.hpp"

namespace rdvc::state {

enum class CleanKind { submission, workspace, environment, functions, leftover, lock, note };

enum class KeepReason {
    live,
    unpulled,    ///< only the cluster has its result, and `rdvc pull` brings it
    unpublished, ///< its result could not be published
    workspace,   ///< its workspace must stay
    unconfirmed, ///< nobody knows whether there is a job
    not_begun,   ///< its job may wait on another cluster that has the same folder
    unknown,     ///< squeue does not answer
    link,
    young
};

struct CleanKindWord {
    CleanKind kind;
    std::string_view word; ///< in requests and answers, and for the user
    std::string_view many; ///< the plural, for the user
};
struct KeepReasonWord {
    KeepReason reason;
    std::string_view word;
    std::string_view sentence;
    bool named; ///< list the items by name, because the user may want to act on them
};
const std::vector<CleanKindWord>& clean_kinds();
const std::vector<KeepReasonWord>& keep_reasons();
const CleanKindWord& word_of(CleanKind kind);
const KeepReasonWord& word_of(KeepReason reason);

/// An item that may go.
struct Removal {
    CleanKind kind = CleanKind::leftover;
    std::string item;       ///< its name in requests: a path, or a token and more
    std::string path = {};  ///< absolute
    std::string token = {}; ///< the submission's, if it is one
    std::string title = {}; ///< what the user calls it; "" if it has only a path
    std::uint64_t kib = 0;
    bool is_restored = false; ///< an interrupted clean left it, and it must go back to its place
};

/// An item that stays, and why.
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
    std::int64_t older = 0;     ///< in seconds; younger items stay
    std::string functions = {}; ///< hash of this program's own job functions
    bool force = false;         ///< only what jobs need stays, and what is not rdvc's own folder
};

/// "42 (exp-1)", or the beginning of the token if there is no job.
std::string title_of(const Inventory& kept, const std::string& token);

/// Why a submission stays; nothing if it is no longer needed.
std::optional<KeepReason> judge_submission(const Inventory& kept, const std::string& token,
                                           std::int64_t cutoff, const std::set<std::string>& here);

/// True if a submission has a waiting or running job, or may have one: a run by hand, or a job in
/// another cluster that shares rdvc's folder.
bool is_live_submission(const Inventory& kept, const std::string& token);

/// For so many seconds, a run by hand without a result counts as live.
inline constexpr std::int64_t run_by_hand = std::int64_t{7} * 86400;

/// The commits of published results that the records name. They come from the cluster, so they may
/// be any text.
std::set<std::string> published_commits(const Inventory& kept, const CleanQuestion& question);

/// The items that may go, and those that stay although a user would ask for them. `here`: those of
/// the commits that this laptop has, with their data.
CleanPlan plan_clean(const Inventory& kept, const CleanQuestion& question,
                     const std::set<std::string>& here);

} // namespace rdvc::state
