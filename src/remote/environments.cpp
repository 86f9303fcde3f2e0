#include "remote/environments.hpp"

#include "base/text.hpp"
#include "remote/clean.hpp"
#include "submission/mirror.hpp"

namespace rdvc::remote {

state::EnvironmentList ask_environments(Cluster& cluster, const std::string& mirror) {
    const auto project = submission::project_id(mirror);
    return state::list_environments(ask_inventory(cluster, project), project);
}

ClearedEnvironments clear_environments(Cluster& cluster, const std::string& mirror,
                                       const std::vector<std::string>& keys) {
    const auto project = submission::project_id(mirror);
    const auto kept = ask_inventory(cluster, project);
    if (kept.squeue_words)
        throw base::Error(base::Exit::not_ready, *kept.squeue_words);
    auto plan = state::plan_clear(kept, project, keys);
    const auto cleaned = carry_out(cluster, plan.clean, 0, Mode::remove, project);
    ClearedEnvironments all{.in_use = std::move(plan.in_use), .absent = std::move(plan.absent)};
    for (const auto& removal : cleaned.removed)
        if (removal.kind == state::CleanKind::environment ||
            removal.item.ends_with("/not-reusable")) {
            ++all.cleared;
            all.kib += removal.kib;
        }
    for (const auto& item : cleaned.kept) // a job has come meanwhile; the title is PROJECT/KEY/ID
        if (item.kind == state::CleanKind::environment)
            all.in_use.emplace_back(base::split(item.title, '/').at(1), "?");
    return all;
}

} // namespace rdvc::remote
