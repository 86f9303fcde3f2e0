#include <algorithm>

#include <fmt/core.h>

#include "state/clean.hpp"
#include "state/record.hpp"
#include "state/state.hpp"

// Why `rdvc clean` leaves a submission alone.
namespace rdvc::state {

namespace {

// True if the laptop has the published result, or -f has replaced it with another one.
bool is_pulled(const Inventory& kept, const std::string& token, const std::string& result,
               const std::set<std::string>& here) {
    const auto commit = kept.value(result, "commit");
    const auto ref = kept.value(result, "ref");
    const auto notes = "submissions/" + token + "/submission";
    if (here.contains(commit))
        return true;
    if (kept.value(notes, "code") != "ssh" || !ref.starts_with("refs/exps/"))
        return false;
    const auto now = kept.refs.find({kept.value(notes, "mirror"), ref});
    return now != kept.refs.end() && now->second != commit;
}

bool is_unpulled(const Inventory& kept, const std::string& token, const std::string& record,
                 const std::set<std::string>& here) {
    const auto result = record + "/result";
    return (kept.value(result, "state") == "published" && !is_pulled(kept, token, result, here)) ||
           (kept.has(record + "/output") && !kept.has(record + "/pulled"));
}

// True if a workspace was moved there, whatever the result says.
bool has_kept_workspace(const Inventory& kept, const std::string& record) {
    const auto names = kept.names(record);
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        const auto path = record + "/" + name;
        return !name.starts_with(".") && name != "output" && name != "partial" && name != "live" &&
               (kept.is_folder(path) || kept.is_link(path));
    });
}

// True if the result says so, if the job was killed while it published, or if the result cannot be
// read.
bool is_unpublished(const Inventory& kept, const std::string& record) {
    const auto result = record + "/result";
    const auto state = kept.value(result, "state");
    if (state.empty())
        return kept.has(result) || may_hold_result(kept.value(record + "/phases", "is")) ||
               has_kept_workspace(kept, record);
    return state == "unpublished" || has_kept_workspace(kept, record);
}

// True if nobody knows whether sbatch has made a job of it.
bool is_unconfirmed(const Inventory& kept, const std::string& token) {
    const auto folder = "submissions/" + token;
    return kept.is_folder(folder) && kept.value(folder + "/jobid", "is").empty() &&
           kept.value(folder + "/sbatch.exit", "is").empty() && !kept.has_claim(token);
}

// Looks for something that its jobs have left and that exists nowhere else.
std::optional<KeepReason> judge_records(const Inventory& kept, const std::string& token,
                                        const std::set<std::string>& here) {
    const auto records = kept.records(token);
    const auto any = [&](const auto& is_so) {
        return std::any_of(records.begin(), records.end(), is_so);
    };
    if (any([&](const auto& record) { return is_unpublished(kept, record); }))
        return KeepReason::unpublished;
    if (any([&](const auto& record) { return is_unpulled(kept, token, record, here); }))
        return KeepReason::unpulled;
    if (std::any_of(kept.workspaces.begin(), kept.workspaces.end(),
                    [&](const Workspace& one) { return one.token == token && one.kept; }))
        return KeepReason::workspace;
    return std::nullopt;
}

} // namespace

std::string title_of(const Inventory& kept, const std::string& token) {
    constexpr std::size_t short_token = 8;
    const auto folder = "submissions/" + token;
    const auto job = kept.value(folder + "/jobid", "is");
    const auto name = kept.value(folder + "/submission", "name");
    const auto id = job.empty() ? token.substr(0, short_token) : job;
    return name.empty() ? id : fmt::format("{} ({})", id, name);
}

bool is_live_submission(const Inventory& kept, const std::string& token) {
    if (kept.live.contains(token))
        return true;
    const auto records = kept.records(token);
    return std::any_of(records.begin(), records.end(), [&](const std::string& record) {
        if (kept.has(record + "/result"))
            return false;
        const auto cluster = kept.value(record + "/workspace", "cluster");
        return (!cluster.empty() && cluster != kept.cluster) ||
               (is_by_hand(record) && kept.is_younger(record, kept.time - run_by_hand));
    });
}

std::optional<KeepReason> judge_submission(const Inventory& kept, const std::string& token,
                                           std::int64_t cutoff, const std::set<std::string>& here) {
    const auto folder = "submissions/" + token;
    const auto jobs = "jobs/" + token;
    if (kept.squeue_words)
        return KeepReason::unknown;
    if (is_live_submission(kept, token))
        return KeepReason::live;
    if (kept.is_link(folder) || kept.is_link(jobs))
        return KeepReason::link;
    if (const auto reason = judge_records(kept, token, here))
        return reason;
    if (kept.is_younger(folder, cutoff) || kept.is_younger(jobs, cutoff))
        return KeepReason::young;
    if (is_unconfirmed(kept, token))
        return KeepReason::unconfirmed;
    return std::nullopt;
}

} // namespace rdvc::state
