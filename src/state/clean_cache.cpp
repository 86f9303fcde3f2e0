#include "state/clean_cache.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "base/text.hpp"
#include "state/clean.hpp"
#include "state/state.hpp"

namespace rdvc::state {

namespace {

// A job's result names its data in the mirror, unless its code is elsewhere: then only the cache
// has the data, and nothing here names it.
bool is_named_elsewhere(const Inventory& kept, const std::string& token) {
    const auto notes = fmt::format("submissions/{}/submission", token);
    return kept.value(notes, "code") == "origin" && kept.value(notes, "data") == "ssh";
}

// What may need data that no commit names yet, by reason.
std::map<std::string, std::vector<std::string>> needs_of(const Inventory& kept) {
    std::map<std::string, std::vector<std::string>> needs;
    for (const auto& token : kept.tokens("", true)) {
        const auto reason = judge_submission(kept, token, kept.time, {});
        const bool has_workspace =
            std::any_of(kept.workspaces.begin(), kept.workspaces.end(),
                        [&](const Workspace& one) { return one.token == token && one.kept; });
        const auto title = title_of(kept, token);
        if (is_live_submission(kept, token))
            needs["a job waits or runs"].push_back(title);
        else if (reason == KeepReason::unpublished)
            needs["a result could not be published (`rdvc recover`)"].push_back(title);
        else if (has_workspace)
            needs["a workspace was kept"].push_back(title);
        else if (reason == KeepReason::unconfirmed || reason == KeepReason::link)
            needs["it is not known whether there is a job"].push_back(title);
        else if (is_named_elsewhere(kept, token))
            needs["its result is at origin, which rdvc does not read"].push_back(title);
    }
    return needs;
}

std::vector<std::string> reasons_of(const Inventory& kept, const CacheReport& report,
                                    const CacheQuestion& question) {
    std::vector<std::string> reasons;
    if (question.has_group)
        reasons.emplace_back("your group uses this cache, too (cluster.cache_group), and rdvc does "
                             "not see what the others need");
    else if (report.foreign > 0)
        reasons.push_back(
            fmt::format("{} of other users are in it", base::count(report.foreign, "object")));
    if (report.is_outside && !question.is_only_for_rdvc)
        reasons.push_back(fmt::format("{} is not in rdvc's own folder, so other programs may use "
                                      "it; if none does: --only-rdvc",
                                      report.folder));
    if (!report.unreadable.empty())
        reasons.push_back("not all that may name objects can be read: " +
                          base::join(report.unreadable, ", "));
    if (kept.squeue_words)
        reasons.push_back("squeue does not answer: " + *kept.squeue_words);
    else
        for (const auto& [reason, titles] : needs_of(kept))
            reasons.push_back(fmt::format(
                "{}: {}", reason, base::join(base::split(base::first_lines(titles), '\n'), ", ")));
    return reasons;
}

std::vector<CacheItem> old_ones(const std::vector<CacheItem>& items, std::int64_t cutoff) {
    std::vector<CacheItem> old;
    std::copy_if(items.begin(), items.end(), std::back_inserter(old),
                 [&](const CacheItem& one) { return one.time > 0 && one.time <= cutoff; });
    return old;
}

} // namespace

std::uint64_t CachePlan::bytes() const {
    std::uint64_t sum = 0;
    for (const auto& items : {&objects, &entries})
        for (const auto& item : *items)
            sum += item.bytes;
    return sum;
}

std::string CachePlan::list() const {
    std::string names;
    for (const auto& items : {&objects, &entries})
        for (const auto& item : *items)
            names += item.name + "\n";
    return names;
}

CachePlan plan_cache(const Inventory& kept, const CacheReport& report,
                     const CacheQuestion& question) {
    const auto cutoff = kept.time - question.older;
    return {.reasons = reasons_of(kept, report, question),
            .objects = old_ones(report.objects, cutoff),
            .entries = old_ones(report.entries, cutoff)};
}

} // namespace rdvc::state
