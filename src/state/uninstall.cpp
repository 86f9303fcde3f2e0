#include "state/uninstall.hpp"

#include <algorithm>
#include <functional>

#include <fmt/core.h>

#include "base/text.hpp"
#include "submission/token.hpp"

namespace rdvc::state {

namespace {

bool has_id(std::string_view name) { // NAME-<8 hex>
    constexpr std::size_t digits = 8;
    return name.size() > digits + 1 && name[name.size() - digits - 1] == '-' &&
           base::is_hex(name.substr(name.size() - digits));
}

bool is_aside(std::string_view name) {
    constexpr std::string_view aside = ".gone-";
    return name.starts_with(aside) && submission::is_token(std::string(name.substr(aside.size())));
}

bool is_submission(std::string_view name, char type) {
    return type == 'l' ? name.ends_with(".sbatch.sh")
                       : type == 'd' && (submission::is_token(std::string(name)) || is_aside(name));
}

bool is_record(std::string_view name, char type) {
    return type == 'd' && (submission::is_token(std::string(name)) || is_aside(name));
}

bool is_log(std::string_view name, char type) {
    return type == 'l' && name.starts_with("slurm-");
}

bool is_mirror(std::string_view name, char type) {
    const auto end = name.find(".git");
    return type == 'd' && end != std::string_view::npos && has_id(name.substr(0, end)) &&
           (end + 4 == name.size() || name[end + 4] == '.');
}

bool is_functions(std::string_view name, char type) {
    return type == 'd' && (base::is_hex(name) || name.starts_with(".gone-"));
}

bool is_request(std::string_view name,
                char type) { // HASH, HASH.NONCE while it is written; NONCE.metrics
    return type == 'f' && base::is_hex(name.substr(0, name.find('.')));
}

bool is_environments(std::string_view name, char type) {
    return type == 'd' && (has_id(name) || name == ".known");
}

bool is_queue(std::string_view name, char type) {
    if (type == 'd')
        return true; // a cluster's name
    const auto first = name.substr(0, name.find('.'));
    return first == "jobs" || first == "failure" || first == "paid" || first == "lock" ||
           first == "began";
}

// DVC's own names, those of DVC 2 (two digits), and rdvc's.
bool is_cache(std::string_view name, char type) {
    return (type == 'd' &&
            (name == "files" || name == "runs" || (name.size() == 2 && base::is_hex(name)))) ||
           name.starts_with("rdvc-");
}

struct Part {
    std::string_view name;
    std::string_view title;
    bool (*is_ours)(std::string_view, char);
};

const std::vector<Part>& parts() {
    static const std::vector<Part> table = {
        {"submissions", "submissions", is_submission},
        {"jobs", "records of jobs", is_record},
        {"logs", "links to logs", is_log},
        {"repos", "mirrors", is_mirror},
        {"envs", "environments", is_environments},
        {"functions", "job functions", is_functions},
        {"requests", "texts of requests", is_request},
        {"queue", "SLURM's last answer", is_queue},
        {"cache", "DVC's cache", is_cache},
    };
    return table;
}

struct PartReasonWord {
    PartReason reason;
    std::string_view word;
    std::string_view sentence;
};
const std::vector<PartReasonWord>& reasons() {
    static const std::vector<PartReasonWord> table = {
        {PartReason::needed, "needed", "what stays needs it"},
        {PartReason::unpulled, "unpulled",
         "has experiments that are not in this repository; `rdvc pull` brings them"},
        {PartReason::unread, "unread",
         "git cannot read it, so it may have results; `rdvc doctor` says more"},
        {PartReason::foreign, "foreign", "rdvc has not made it"},
        {PartReason::shared, "shared", "has files of other users"},
        {PartReason::group, "group", "your group uses it (cluster.cache_group)"},
        {PartReason::link, "link", "is a link; what it leads to stays, too"},
        {PartReason::named, "named", "cluster.cache names it"},
        {PartReason::begun, "begun", "something has begun or could not go; call this again"}};
    return table;
}

const PartReasonWord& row_of(PartReason reason) {
    return *std::find_if(reasons().begin(), reasons().end(),
                         [&](const auto& row) { return row.reason == reason; });
}

// What interrupted requests have left on the first level, and the note of the layout.
bool is_leftover(std::string_view name, const Entry& entry) {
    return (entry.type == 'd' &&
            (name.starts_with(".uninstall-") || name.starts_with("doctor-"))) ||
           (entry.type == 'f' && (name == "format" || name.starts_with(".owner-") ||
                                  (name.starts_with("cache-") && base::is_hex(name.substr(6)))));
}

// The names of this user's mirrors.
std::set<std::string> own_mirrors(const RemoteFolder& folder) {
    std::set<std::string> names;
    for (const auto& [path, entry] : folder.entries)
        if (const auto name = path.substr(path.find('/') + 1);
            path.starts_with("repos/") && name.ends_with(".git") && entry.own &&
            is_mirror(name, entry.type))
            names.insert(name);
    return names;
}

// The submission that an item belongs to.
std::string token_of(const Removal& removal) {
    return removal.item.substr(0, removal.item.find(' '));
}

// Takes the items out of the plan that `stays` is true for.
void keep(CleanPlan& plan, KeepReason reason, const std::function<bool(const Removal&)>& stays) {
    for (const auto& removal : plan.removals)
        if (stays(removal))
            plan.kept.push_back(
                {removal.kind, reason, removal.title.empty() ? removal.path : removal.title});
    std::erase_if(plan.removals, stays);
}

// The submissions, and their workspaces, that the user does not know of.
void keep_unconfirmed(CleanPlan& plan, const Confirmed& confirmed) {
    keep(plan, KeepReason::young, [&](const Removal& removal) {
        const bool is_submission = removal.kind == CleanKind::submission;
        if (!is_submission && removal.kind != CleanKind::workspace)
            return false;
        return !confirmed.items.contains(token_of(removal)) &&
               !confirmed.items.contains(removal.item);
    });
}

// Those whose claim neither a job nor `rdvc cancel` has taken. SLURM here no longer knows the job;
// that of another cluster with the same folder may let it wait.
void keep_not_begun(CleanPlan& plan, const Inventory& kept) {
    keep(plan, KeepReason::not_begun, [&](const Removal& removal) {
        const auto token = token_of(removal);
        return removal.kind == CleanKind::submission && kept.records(token).empty() &&
               !kept.value("submissions/" + token + "/jobid", "is").empty() &&
               !kept.has_claim(token);
    });
}

class Planner {
  public:
    Planner(const Inventory& kept, const RemoteFolder& folder, const UninstallQuestion& question,
            const std::set<std::string>& here)
        : kept_(kept), folder_(folder), question_(question), here_(here) {}

    UninstallPlan plan() {
        plan_.items = plan_clean(
            kept_, {.mirror = "", .all_projects = true, .older = 0, .force = question_.force},
            here_);
        if (!question_.force)
            keep_not_begun(plan_.items, kept_);
        if (question_.confirmed)
            keep_unconfirmed(plan_.items, *question_.confirmed);
        is_needed_ = !plan_.items.kept.empty();
        plan_mirrors();
        const bool needs_cache = is_needed_ || !plan_.kept.empty();
        for (const auto& part : parts())
            plan_part(part, part.name == "cache" ? needs_cache : is_needed_);
        plan_others();
        return std::move(plan_);
    }

  private:
    void keep(const std::string& path, PartReason reason) { plan_.kept.push_back({path, reason}); }

    // The mirrors that stay for their own sake: they hold results of an experiment which is not
    // here, or may hold some, or the user does not know of them.
    [[nodiscard]] std::map<std::string, PartReason>
    mirrors_with_results(const std::set<std::string>& mirrors) const {
        std::map<std::string, PartReason> staying;
        if (question_.confirmed)
            for (const auto& mirror : mirrors)
                if (!question_.confirmed->mirrors.contains(mirror))
                    staying[mirror] = PartReason::begun;
        if (question_.force)
            return staying;
        for (const auto& [place, commit] : kept_.refs)
            if (!here_.contains(commit) && !place.second.ends_with("-partial"))
                staying[place.first] = PartReason::unpulled;
        for (const auto& mirror : mirrors)
            if (!kept_.read_mirrors.contains(mirror))
                staying[mirror] = PartReason::unread;
        return staying;
    }

    // Those that submissions need stay, too.
    void plan_mirrors() {
        const auto mirrors = own_mirrors(folder_);
        const auto staying = mirrors_with_results(mirrors);
        for (const auto& [mirror, reason] : staying)
            keep("repos/" + mirror, reason);
        has_kept_mirrors_ = !staying.empty();
        if (is_needed_ || staying.empty())
            return; // all stay, or all go
        for (const auto& mirror : mirrors)
            if (!staying.contains(mirror))
                plan_.mirrors.push_back("repos/" + mirror);
    }

    // The first reason why a part stays although nothing needs it.
    bool keep_if_not_ours(const Part& part, const Entry& entry) {
        const std::string name(part.name);
        if (entry.type == 'l') {
            keep(name, PartReason::link);
        } else if (!entry.own || folder_.shared.contains(name)) {
            keep(name, PartReason::shared);
        } else if (part.name == "cache" && folder_.is_cache_named) {
            keep(name, PartReason::named);
        } else if (part.name == "cache" && question_.group_cache) {
            keep(name, PartReason::group);
        } else {
            bool any = false;
            for (auto i = folder_.entries.lower_bound(name + "/");
                 i != folder_.entries.end() && i->first.starts_with(name + "/"); ++i)
                if (!part.is_ours(std::string_view(i->first).substr(name.size() + 1),
                                  i->second.type)) {
                    keep(i->first, PartReason::foreign);
                    any = true;
                }
            return any;
        }
        return true;
    }

    void plan_part(const Part& part, bool is_needed) {
        const std::string name(part.name);
        const auto found = folder_.entries.find(name);
        if (found == folder_.entries.end())
            return;
        if (is_needed)
            keep(name, PartReason::needed);
        else if (part.name == "repos" && has_kept_mirrors_)
            return; // some of it is already kept
        else if (!keep_if_not_ours(part, found->second))
            plan_.parts.push_back(name);
    }

    void plan_others() {
        for (const auto& [path, entry] : folder_.entries) {
            if (path.find('/') != std::string::npos ||
                std::any_of(parts().begin(), parts().end(),
                            [&, &path = path](const Part& part) { return part.name == path; }))
                continue;
            if (entry.own && is_leftover(path, entry))
                plan_.parts.push_back(path);
            else
                keep(path, PartReason::foreign);
        }
    }

    const Inventory& kept_;
    const RemoteFolder& folder_;
    const UninstallQuestion& question_;
    const std::set<std::string>& here_;
    bool is_needed_ = false; ///< something that has to do with a submission stays
    bool has_kept_mirrors_ = false;
    UninstallPlan plan_;
};

} // namespace

bool UninstallPlan::has_part(std::string_view name) const {
    return std::find(parts.begin(), parts.end(), name) != parts.end();
}

std::string title_of_part(const std::string& name) {
    const auto found = std::find_if(parts().begin(), parts().end(),
                                    [&](const Part& part) { return part.name == name; });
    if (found != parts().end())
        return std::string(found->title);
    if (name.starts_with("repos/"))
        return "mirror";
    return name.starts_with(".uninstall-") || name.starts_with("doctor-") ? "leftovers" : "file";
}

std::string_view word_of(PartReason reason) {
    return row_of(reason).word;
}

std::string_view sentence_of(PartReason reason) {
    return row_of(reason).sentence;
}

std::set<std::string> commits_of(const Inventory& kept) {
    auto commits = published_commits(kept, {.mirror = "", .all_projects = true});
    for (const auto& [place, commit] : kept.refs)
        commits.insert(commit);
    return commits;
}

std::set<std::string> live_submissions(const Inventory& kept) {
    std::set<std::string> live;
    for (const auto& token : kept.tokens("", true)) {
        const auto reason = judge_submission(kept, token, kept.time, {});
        if (is_live_submission(kept, token) || reason == KeepReason::unconfirmed)
            live.insert(token);
    }
    return live;
}

Inventory with_live_ended(Inventory kept) {
    if (kept.squeue_words)
        return kept;
    for (const auto& token : live_submissions(kept)) // `cancel` takes what no job has taken yet
        if (const auto folder = "submissions/" + token; kept.is_folder(folder))
            kept.entries[folder + "/claim.1"] = {.type = 'd', .time = 0, .own = true};
    kept.live.clear();
    kept.used.clear();
    return kept;
}

Confirmed confirmed_by(const UninstallPlan& plan, const RemoteFolder& folder) {
    Confirmed confirmed;
    for (const auto& removal : plan.items.removals)
        if (removal.kind == CleanKind::submission)
            confirmed.items.insert(removal.token);
        else if (removal.kind == CleanKind::workspace)
            confirmed.items.insert(removal.item);
    if (plan.has_part("repos"))
        confirmed.mirrors = own_mirrors(folder);
    for (const auto& path : plan.mirrors)
        confirmed.mirrors.insert(path.substr(path.find('/') + 1));
    return confirmed;
}

UninstallPlan plan_uninstall(const Inventory& kept, const RemoteFolder& folder,
                             const UninstallQuestion& question, const std::set<std::string>& here) {
    return Planner(kept, folder, question, here).plan();
}

} // namespace rdvc::state
