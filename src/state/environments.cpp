#include "state/environments.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::state {

namespace {

constexpr std::string_view lock_ending = ".lock";

std::string store_of(const std::string& project) {
    return "envs/" + project;
}

bool is_wanted(const std::string& key, const std::vector<std::string>& keys) {
    return keys.empty() || std::any_of(keys.begin(), keys.end(), [&](const auto& beginning) {
               return key.starts_with(beginning);
           });
}

// The folders of keys, sorted.
std::vector<std::string> keys_of(const Inventory& kept, const std::string& project) {
    auto names = kept.names(store_of(project));
    std::erase_if(names, [&](const std::string& name) {
        return name.find('.') != std::string::npos ||
               !kept.is_folder(store_of(project) + "/" + name);
    });
    return names;
}

// The keys that a builder has locked, sorted.
std::vector<std::string> locked_keys(const Inventory& kept, const std::string& project) {
    std::vector<std::string> keys;
    for (const auto& name : kept.names(store_of(project)))
        if (name.ends_with(lock_ending) && kept.is_folder(store_of(project) + "/" + name))
            keys.push_back(name.substr(0, name.size() - lock_ending.size()));
    return keys;
}

// The builds of a key, sorted.
std::vector<std::string> builds_of(const Inventory& kept, const std::string& place) {
    auto names = kept.names(place);
    std::erase_if(names, [&](const std::string& name) {
        const auto build = fmt::format("{}/{}", place, name);
        return name.starts_with(".") || !kept.is_folder(build) ||
               !kept.files.contains(build + "/info");
    });
    return names;
}

// The job that builds: that of the latest owner of the lock.
std::string builder_of(const Inventory& kept, const std::string& lock) {
    constexpr std::string_view owner = "owner.";
    std::uint64_t newest = 0;
    for (const auto& name : kept.names(lock))
        if (name.starts_with(owner))
            newest = std::max<std::uint64_t>(
                newest, base::parse_number(name.substr(owner.size())).value_or(0));
    return kept.value(fmt::format("{}/{}{}/job", lock, owner, newest), "is");
}

std::string uses_of(const Inventory& kept, const std::string& build) {
    if (kept.squeue_words)
        return "?";
    const auto found = kept.used.find(build);
    return fmt::format("{}", found == kept.used.end() ? 0 : found->second);
}

// True if Git's version is in the key: then each commit has an environment of its own.
bool is_of_one_commit(const Inventory& kept, const std::string& place, const std::string& current) {
    return !kept.value(place + "/inputs", "version:").empty() &&
           kept.value(fmt::format("{}/{}/plan/version", place, current), "kind") != "exact";
}

class ClearPlanner {
  public:
    ClearPlanner(const Inventory& kept, const std::string& project,
                 const std::vector<std::string>& keys)
        : kept_(kept), project_(project), keys_(keys) {}

    ClearPlan plan() {
        find_absent();
        for (const auto& key : locked_keys(kept_, project_))
            if (is_wanted(key, keys_))
                remove(CleanKind::lock, key + std::string(lock_ending));
        for (const auto& name : kept_.names(store_of(project_)))
            if (name.find(".lock.gone-") != std::string::npos)
                remove(CleanKind::leftover, name);
        for (const auto& key : keys_of(kept_, project_))
            if (is_wanted(key, keys_))
                clear_key(key);
        return std::move(plan_);
    }

  private:
    // `name`: the path in the store.
    void remove(CleanKind kind, const std::string& name) {
        const auto item = fmt::format("{}/{}", store_of(project_), name);
        plan_.clean.removals.push_back(
            {.kind = kind, .item = item, .path = fmt::format("{}/{}", kept_.dir, item)});
    }

    void find_absent() {
        const auto names = kept_.names(store_of(project_));
        for (const auto& key : keys_)
            if (std::none_of(names.begin(), names.end(), [&](const std::string& name) {
                    const auto place = fmt::format("{}/{}", store_of(project_), name);
                    return name.starts_with(key) &&
                           (!builds_of(kept_, place).empty() || kept_.has(place + "/not-reusable"));
                }))
                plan_.absent.push_back(key);
    }

    void clear_key(const std::string& key) {
        const auto place = fmt::format("{}/{}", store_of(project_), key);
        for (const auto& id : builds_of(kept_, place)) {
            const auto uses = uses_of(kept_, fmt::format("{}/{}/{}", project_, key, id));
            if (uses != "0") {
                plan_.in_use.emplace_back(key, uses);
                continue;
            }
            remove(CleanKind::environment, fmt::format("{}/{}", key, id));
            plan_.clean.removals.back().kib = std::strtoull(
                kept_.value(fmt::format("{}/{}/info", place, id), "kib").c_str(), nullptr, 10);
        }
        for (const auto& name : kept_.names(place))
            if (name.starts_with(".new-") || name.starts_with(".gone-"))
                remove(CleanKind::leftover, fmt::format("{}/{}", key, name));
        for (const auto& note : {key + "/not-reusable", key + ".failed"})
            if (kept_.has(fmt::format("{}/{}", store_of(project_), note)))
                remove(CleanKind::note, note);
    }

    const Inventory& kept_;
    const std::string& project_;
    const std::vector<std::string>& keys_;
    ClearPlan plan_;
};

} // namespace

EnvironmentList list_environments(const Inventory& kept, const std::string& project) {
    EnvironmentList list;
    list.time = kept.time;
    for (const auto& key : keys_of(kept, project)) {
        const auto place = fmt::format("{}/{}", store_of(project), key);
        const auto current = kept.value(place + "/current", "is");
        const auto builds = builds_of(kept, place);
        for (const auto& id : builds) {
            const auto info = fmt::format("{}/{}/info", place, id);
            auto job = kept.value(info, "job");
            std::replace(job.begin(), job.end(), ' ', '-');
            list.kept.push_back(
                {.key = key,
                 .id = id,
                 .made = static_cast<std::int64_t>(base::parse_time(kept.value(info, "made"))),
                 .kib = std::strtoull(kept.value(info, "kib").c_str(), nullptr, 10),
                 .seconds = kept.value(info, "setup_seconds"),
                 .current = id == current,
                 .uses = uses_of(kept, fmt::format("{}/{}/{}", project, key, id)),
                 .job = job,
                 .node = kept.value(info, "node")});
        }
        if (!builds.empty() && is_of_one_commit(kept, place, current))
            ++list.of_one_commit;
        if (const auto note = place + "/not-reusable"; kept.files.contains(note))
            list.others.emplace_back(key, "cannot be reused: " + kept.value(note, "is"));
    }
    for (const auto& key : locked_keys(kept, project)) {
        const auto lock = fmt::format("{}/{}{}", store_of(project), key, lock_ending);
        list.others.emplace_back(key, "is being built by job " + builder_of(kept, lock));
    }
    return list;
}

ClearPlan plan_clear(const Inventory& kept, const std::string& project,
                     const std::vector<std::string>& keys) {
    return ClearPlanner(kept, project, keys).plan();
}

} // namespace rdvc::state
