#include "commands/clean_cache.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "commands/removal.hpp"
#include "remote/clean.hpp"
#include "remote/garbage.hpp"
#include "state/clean_cache.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

std::string number(std::uint64_t n) {
    return fmt::format("{}", n);
}

std::string summary(const remote::CacheCleaned& gone, const state::CacheReport& report,
                    bool dry_run) {
    return base::columns({{dry_run ? "WOULD GO" : "REMOVED", "HOW MANY", "SIZE"},
                          {"objects", number(gone.objects), base::bytes(gone.bytes)},
                          {"entries of the run-cache", number(gone.entries), ""},
                          {dry_run ? "would stay" : "stays",
                           number(report.count - std::min(gone.objects, report.count)),
                           base::bytes(report.bytes - std::min(gone.bytes, report.bytes))}});
}

std::string to_json(const remote::CacheCleaned& gone, const state::CacheReport& report,
                    const std::vector<std::string>& reasons, bool dry_run) {
    const nlohmann::json all = {{"dry_run", dry_run},
                                {"cache", report.folder},
                                {"objects", report.count},
                                {"bytes", report.bytes},
                                {"removed_objects", gone.objects},
                                {"removed_bytes", gone.bytes},
                                {"removed_entries", gone.entries},
                                {"reasons", reasons}};
    return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// What a removal would do.
remote::CacheCleaned would_go(const state::CachePlan& plan) {
    remote::CacheCleaned gone;
    gone.objects = plan.objects.size();
    gone.entries = plan.entries.size();
    for (const auto& object : plan.objects)
        gone.bytes += object.bytes;
    return gone;
}

std::vector<std::string> reasons_after(const remote::CacheCleaned& gone) {
    std::vector<std::string> reasons;
    if (gone.squeue_words)
        reasons.push_back("squeue does not answer: " + *gone.squeue_words);
    else if (gone.has_begun)
        reasons.emplace_back("a job or a submission began meanwhile");
    return reasons;
}

} // namespace

void clean_cache(const world::World& world, const remote::Project& project,
                 remote::Cluster& cluster, const CacheWishes& wishes) {
    const state::CacheQuestion question{.older = wishes.older,
                                        .has_group = project.config.flag("cluster.cache_group"),
                                        .is_only_for_rdvc = wishes.is_only_for_rdvc};
    const auto kept = remote::ask_inventory(cluster);
    const auto report = remote::ask_cache(cluster, project.config, wishes.older);
    const auto plan = state::plan_cache(kept, report, question);
    // What could not be read may hide what would go.
    const bool is_clear = plan.list().empty() && report.unreadable.empty();
    auto reasons = is_clear ? std::vector<std::string>() : plan.reasons;
    auto gone = would_go(plan);
    if (!wishes.dry_run) {
        gone = {};
        if (reasons.empty() && !plan.list().empty()) {
            begin_removal();
            gone = remote::clean_cache(cluster, project.config, plan, wishes.older);
            reasons = reasons_after(gone);
        }
    }
    if (wishes.json)
        world.console.data(to_json(gone, report, reasons, wishes.dry_run));
    else if (wishes.dry_run || reasons.empty())
        world.console.data(summary(gone, report, wishes.dry_run));
    if (wishes.dry_run) {
        for (const auto& reason : reasons)
            world.console.warn("nothing would go now: " + reason);
        world.console.note("nothing was removed (--dry-run)");
        return;
    }
    if (!reasons.empty())
        throw Error(Exit::not_ready, "nothing was removed from the cache " + report.folder)
            .context(base::join(reasons, "\n"));
    if (!gone.failed.empty())
        throw Error(Exit::failed, "some of it could not be removed")
            .context(base::first_lines(gone.failed));
}

} // namespace rdvc::commands
