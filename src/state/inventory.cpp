#include "state/inventory.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "state/record.hpp"
#include "submission/token.hpp"

namespace rdvc::state {

namespace {

// Calls `call` with each entry of a folder, on all levels.
template <typename Call>
void for_each_below(const Inventory& kept, const std::string& folder, const Call& call) {
    const auto start = folder + "/";
    for (auto i = kept.entries.lower_bound(start);
         i != kept.entries.end() && i->first.starts_with(start); ++i)
        call(i->first, i->second);
}

bool is_told(const std::string& path) {
    return told_files().contains(path.substr(path.rfind('/') + 1));
}

} // namespace

const std::set<std::string>& told_files() {
    static const std::set<std::string> names = {"submission", "jobid",     "sbatch.exit", "result",
                                                "phases",     "workspace", "environment", "info"};
    return names;
}

bool is_by_hand(const std::string& record) {
    return record.find("/hand-") != std::string::npos;
}

const Entry* Inventory::find(const std::string& path) const {
    const auto found = entries.find(path);
    return found == entries.end() ? nullptr : &found->second;
}

bool Inventory::is(const std::string& path, char type) const {
    const auto* entry = find(path);
    return entry != nullptr && entry->type == type;
}

bool Inventory::is_own_folder(const std::string& path) const {
    const auto* entry = find(path);
    return entry != nullptr && entry->type == 'd' && entry->own;
}

std::vector<std::string> Inventory::names(const std::string& folder) const {
    std::vector<std::string> all;
    for_each_below(*this, folder, [&](const std::string& path, const Entry&) {
        if (path.find('/', folder.size() + 1) == std::string::npos)
            all.push_back(path.substr(folder.size() + 1));
    });
    return all;
}

bool Inventory::is_younger(const std::string& path, std::int64_t cutoff) const {
    const auto* entry = find(path);
    bool young = entry != nullptr && entry->time > cutoff;
    for_each_below(*this, path, [&](const std::string& below, const Entry& one) {
        young = young || one.time > cutoff ||
                (one.type == 'f' && is_told(below) && !files.contains(below));
    });
    return young;
}

std::size_t Inventory::count(const std::string& path) const {
    std::size_t n = has(path) ? 1 : 0;
    for_each_below(*this, path, [&](const std::string&, const Entry&) { ++n; });
    return n;
}

std::string Inventory::value(const std::string& path, const std::string& key) const {
    const auto file = files.find(path);
    return file == files.end() ? "" : field(file->second, key);
}

std::vector<std::string> Inventory::tokens(const std::string& mirror, bool all) const {
    std::set<std::string> found;
    for (const std::string folder : {"submissions", "jobs"})
        for (const auto& name : names(folder))
            if (submission::is_token(name) && is_own_folder(fmt::format("{}/{}", folder, name)) &&
                (all || value(fmt::format("submissions/{}/submission", name), "mirror") == mirror))
                found.insert(name);
    return {found.begin(), found.end()};
}

bool Inventory::has_claim(const std::string& token) const {
    const auto all = names("submissions/" + token);
    return std::any_of(all.begin(), all.end(),
                       [](const auto& name) { return name.starts_with("claim."); });
}

std::vector<std::string> Inventory::records(const std::string& token) const {
    std::vector<std::string> found;
    for (const auto& name : names("jobs/" + token)) {
        const auto path = fmt::format("jobs/{}/{}", token, name);
        const bool is_task = name.front() >= '0' && name.front() <= '9';
        if ((is_task || is_by_hand(path)) && is_folder(path))
            found.push_back(path);
    }
    return found;
}

} // namespace rdvc::state
