#include "state/clean.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"
#include "submission/token.hpp"

namespace rdvc::state {

namespace {

class Planner {
  public:
    Planner(const Inventory& kept, const CleanQuestion& question, const std::set<std::string>& here)
        : kept_(kept), question_(question), here_(here),
          tokens_(kept.tokens(question.mirror, question.all_projects)), knows_(!kept.squeue_words),
          cutoff_(kept.time - question.older) {
        find_recent();
    }

    CleanPlan plan() {
        for (const std::string folder : {"submissions", "jobs"})
            plan_aside(folder);
        plan_leftovers();
        for (const auto& workspace : kept_.workspaces)
            if (std::binary_search(tokens_.begin(), tokens_.end(), workspace.token))
                plan_workspace(workspace);
        for (const auto& token : tokens_)
            plan_submission(token);
        plan_environments();
        plan_functions();
        return std::move(plan_);
    }

  private:
    void remove(CleanKind kind, const std::string& item) {
        plan_.removals.push_back(
            {.kind = kind, .item = item, .path = fmt::format("{}/{}", kept_.dir, item)});
    }
    void keep(CleanKind kind, KeepReason reason, const std::string& title) {
        plan_.kept.push_back({kind, reason, title});
    }

    // True for a result that is lost with the cluster's copy, which the user may accept.
    static bool is_forced(KeepReason reason) {
        return reason == KeepReason::unpulled || reason == KeepReason::unpublished ||
               reason == KeepReason::workspace;
    }

    // Finds the builds that jobs have used since the cutoff.
    void find_recent() {
        for (const auto& token : kept_.names("jobs"))
            for (const auto& record : kept_.records(token)) {
                const auto* entry = kept_.find(record + "/environment");
                if (entry != nullptr && entry->time > cutoff_)
                    recent_.insert(kept_.value(record + "/environment", "is"));
            }
    }

    void plan_submission(const std::string& token) {
        const auto reason = judge_submission(kept_, token, cutoff_, here_);
        if (reason && !(question_.force && is_forced(*reason)))
            return keep(CleanKind::submission, *reason, title_of(kept_, token));
        const auto folder = "submissions/" + token;
        const auto count = kept_.count(folder) + kept_.count("jobs/" + token);
        plan_.removals.push_back({.kind = CleanKind::submission,
                                  .item = fmt::format("{} {}", token, count),
                                  .path = fmt::format("{}/{}", kept_.dir, folder),
                                  .token = token,
                                  .title = title_of(kept_, token)});
        gone_.insert(folder);
    }

    // Plans what an interrupted clean had moved aside: it goes, or returns to its place.
    void plan_aside(const std::string& folder) {
        constexpr std::string_view aside = ".gone-";
        for (const auto& name : kept_.names(folder)) {
            const auto token = name.starts_with(aside) ? name.substr(aside.size()) : "";
            const auto path = fmt::format("{}/{}", folder, name);
            if (!knows_ || !submission::is_token(token) || !kept_.is_own_folder(path))
                continue;
            remove(CleanKind::leftover, path);
            plan_.removals.back().is_restored = kept_.live.contains(token);
        }
    }

    void plan_leftovers() {
        std::vector<std::string> found;
        const auto look = [&](const std::string& folder, const auto& is_left) {
            for (const auto& name : kept_.names(folder))
                if (is_left(name))
                    found.push_back(fmt::format("{}/{}", folder, name));
        };
        look("repos", [](const std::string& name) {
            return !name.starts_with(".") && (name.find(".new-") != std::string::npos ||
                                              name.find(".gone-") != std::string::npos);
        });
        look("functions", [](const std::string& name) { return name.starts_with(".gone-"); });
        for (const auto& project : kept_.names("envs"))
            look("envs/" + project, [](const std::string& name) {
                return !name.starts_with(".") && name.find(".lock.gone-") != std::string::npos;
            });
        for (const auto& [path, entry] : kept_.entries)
            if (path.starts_with("doctor-") && path.find('/') == std::string::npos)
                found.push_back(path);
        for (const auto& path : found)
            plan_leftover(path);
    }

    void plan_leftover(const std::string& path) {
        if (kept_.is_own_folder(path) && !kept_.is_younger(path, cutoff_))
            remove(CleanKind::leftover, path);
    }

    void plan_workspace(const Workspace& workspace) {
        if (!knows_)
            return keep(CleanKind::workspace, KeepReason::unknown, workspace.path);
        if (is_live_submission(kept_, workspace.token))
            return keep(CleanKind::workspace, KeepReason::live, workspace.path);
        if (workspace.kept && !question_.force)
            return keep(CleanKind::workspace, KeepReason::workspace, workspace.path);
        plan_.removals.push_back({.kind = CleanKind::workspace,
                                  .item = workspace.token + " " + workspace.path,
                                  .path = workspace.path});
    }

    void plan_environments() {
        for (const auto& project : kept_.names("envs")) {
            if (!question_.all_projects && project + ".git" != question_.mirror)
                continue;
            for (const auto& key : kept_.names("envs/" + project))
                if (key.find('.') == std::string::npos)
                    plan_key(project, key);
        }
    }

    // Plans the environments of one key, and what builders have left there if none is at work.
    void plan_key(const std::string& project, const std::string& key) {
        const auto place = fmt::format("envs/{}/{}", project, key);
        if (!kept_.is_own_folder("envs/" + project) || !kept_.is_own_folder(place))
            return;
        for (const auto& id : kept_.names(place)) {
            const auto build = fmt::format("{}/{}/{}", project, key, id);
            if (!id.starts_with(".") && kept_.is_folder("envs/" + build) &&
                kept_.files.contains("envs/" + build + "/info"))
                plan_build(build);
            else if (!kept_.is_folder(place + ".lock") &&
                     (id.starts_with(".new-") || id.starts_with(".gone-")))
                plan_leftover("envs/" + build);
        }
    }

    // A build goes if it was made before the cutoff and no job has used it since.
    void plan_build(const std::string& build) {
        const auto info = "envs/" + build + "/info";
        const auto made = static_cast<std::int64_t>(base::parse_time(kept_.value(info, "made")));
        if (!knows_)
            return keep(CleanKind::environment, KeepReason::unknown, build);
        if (kept_.used.contains(build))
            return keep(CleanKind::environment, KeepReason::live, build);
        if (made <= 0 || made > cutoff_ || recent_.contains(build))
            return keep(CleanKind::environment, KeepReason::young, build);
        remove(CleanKind::environment, "envs/" + build);
        plan_.removals.back().kib = std::strtoull(kept_.value(info, "kib").c_str(), nullptr, 10);
    }

    // Plans functions that no script of a remaining submission names, and the texts of requests,
    // most of which belong to other versions of rdvc: the laptop sends a missing text again.
    void plan_functions() {
        std::set<std::string> named = {question_.functions};
        for (const auto& [folder, hashes] : kept_.functions)
            if (!gone_.contains(folder))
                named.insert(hashes.begin(), hashes.end());
        constexpr std::size_t digits = 8;
        for (const auto& hash : kept_.names("functions")) {
            const auto path = "functions/" + hash;
            if (kept_.read_scripts && hash.size() == digits && base::is_hex(hash) &&
                !named.contains(hash) && kept_.is_own_folder(path) &&
                !kept_.is_younger(path, cutoff_))
                remove(CleanKind::functions, path);
        }
        for (const auto& name : kept_.names("requests")) {
            const auto* entry = kept_.find("requests/" + name);
            if (entry->type == 'f' && entry->own && entry->time <= cutoff_)
                remove(CleanKind::functions, "requests/" + name);
        }
    }

    const Inventory& kept_;
    const CleanQuestion& question_;
    const std::set<std::string>& here_;
    std::vector<std::string> tokens_; // sorted
    bool knows_;
    std::int64_t cutoff_;
    std::set<std::string> recent_; // builds, as PROJECT/KEY/ID
    std::set<std::string> gone_;   // folders of submissions
    CleanPlan plan_;
};

} // namespace

std::set<std::string> published_commits(const Inventory& kept, const CleanQuestion& question) {
    std::set<std::string> commits;
    for (const auto& token : kept.tokens(question.mirror, question.all_projects))
        for (const auto& record : kept.records(token))
            if (kept.value(record + "/result", "state") == "published")
                commits.insert(kept.value(record + "/result", "commit"));
    commits.erase("");
    return commits;
}

CleanPlan plan_clean(const Inventory& kept, const CleanQuestion& question,
                     const std::set<std::string>& here) {
    return Planner(kept, question, here).plan();
}

} // namespace rdvc::state
