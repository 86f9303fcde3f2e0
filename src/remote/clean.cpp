#include "remote/clean.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::remote {

namespace {

script::Variables variables(const std::string& action, const std::string& project,
                            std::int64_t older) {
    script::Variables all;
    all.words = {{"action", action}, {"project", project}, {"older", fmt::format("{}", older)}};
    all.lists = {{"removals", {}}};
    return all;
}

// Collects the answers, whose words are KIND ITEM or KIND REASON ITEM.
class Carried {
  public:
    Carried(const state::CleanPlan& plan, Mode mode) : mode_(mode) {
        for (const auto& removal : plan.removals)
            if (mode == Mode::remove || !removal.is_restored)
                open_[key(state::word_of(removal.kind).word, removal.item)] = removal;
        cleaned_.kept = plan.kept;
    }

    void add(const transport::Frame& frame) {
        const auto [kind, rest] = base::key_and_value(frame.rest);
        if (frame.verb == "squeue") {
            cleaned_.squeue_words = frame.rest;
        } else if (frame.verb == "size") {
            const auto tab = frame.rest.find('\t');
            if (tab != std::string::npos)
                kib_[frame.rest.substr(tab + 1)] = std::strtoull(frame.rest.c_str(), nullptr, 10);
        } else if (frame.verb == "removed") {
            removed_.insert(key(kind, rest));
        } else if (frame.verb == "kept") {
            const auto [reason, item] = base::key_and_value(rest);
            keep(key(kind, item), reason);
        } else if (frame.verb == "failed") {
            if (const auto found = open_.find(key(kind, rest)); found != open_.end()) {
                cleaned_.failed.push_back(found->second.path);
                open_.erase(found);
            }
        }
    }

    // Items that are still open had already vanished, or nobody knows whether they may go.
    Cleaned finish(const state::CleanPlan& plan) {
        for (const auto& removal : plan.removals) {
            const auto found = open_.find(key(state::word_of(removal.kind).word, removal.item));
            if (found == open_.end())
                continue;
            if (mode_ == Mode::measure || removed_.contains(found->first))
                cleaned_.removed.push_back(measured(removal));
            else if (cleaned_.squeue_words && !removal.is_restored)
                cleaned_.kept.push_back(
                    {removal.kind, state::KeepReason::unknown, title_of(removal)});
        }
        return std::move(cleaned_);
    }

  private:
    static std::string key(std::string_view kind, const std::string& item) {
        return fmt::format("{} {}", kind, item);
    }

    static std::string title_of(const state::Removal& removal) {
        if (removal.kind == state::CleanKind::environment)
            return removal.item.substr(removal.item.find('/') + 1);
        return removal.title.empty() ? removal.path : removal.title;
    }

    void keep(const std::string& which, const std::string& reason) {
        const auto found = open_.find(which);
        const auto& reasons = state::keep_reasons();
        const auto row = std::find_if(reasons.begin(), reasons.end(),
                                      [&](const auto& one) { return one.word == reason; });
        if (found == open_.end() || row == reasons.end())
            return;
        cleaned_.kept.push_back({found->second.kind, row->reason, title_of(found->second)});
        open_.erase(found);
    }

    state::Removal measured(state::Removal removal) {
        if (removal.kind == state::CleanKind::submission)
            removal.kib = kib_["submissions/" + removal.token] + kib_["jobs/" + removal.token];
        else if (removal.kind == state::CleanKind::workspace)
            removal.kib = kib_[removal.path];
        else if (removal.kind != state::CleanKind::environment) // its record has its size
            removal.kib = kib_[removal.item];
        return removal;
    }

    Mode mode_;
    std::map<std::string, state::Removal> open_;
    std::set<std::string> removed_;
    std::map<std::string, std::uint64_t> kib_;
    Cleaned cleaned_;
};

} // namespace

// Reads entries DEPTH TYPE SECONDS, a blank, NAME, each after a `/`. `!` before the depth marks an
// entry of another user.
void InventoryReader::add_tree(const std::string& line) {
    for (const auto& piece : base::split(line, '/')) {
        std::string_view text = piece;
        const bool own = !text.starts_with("!");
        text.remove_prefix(own ? 0 : 1);
        const auto blank = text.find(' ');
        if (blank == std::string_view::npos || blank < 3 || !base::is_digit(text[0]) ||
            text[0] == '0')
            continue;
        const auto depth = static_cast<std::size_t>(text[0] - '0');
        const auto name = std::string(text.substr(blank + 1));
        if (depth > parents_.size() + 1 || name.empty() || name == "." || name == "..")
            continue;
        parents_.resize(depth - 1);
        const auto path = parents_.empty() ? name : parents_.back() + "/" + name;
        parents_.push_back(path);
        inventory.entries[path] = {
            .type = text[1],
            .time = std::strtoll(std::string(text.substr(2, blank - 2)).c_str(), nullptr, 10),
            .own = own};
    }
}

void InventoryReader::add_file(const std::string& line) {
    const auto parts = base::split(line, '\t');
    auto& values = inventory.files[parts.front()];
    for (std::size_t i = 1; i < parts.size(); ++i)
        values.insert(base::key_and_value(parts[i]));
}

void InventoryReader::add(const transport::Frame& frame) {
    const auto [first, rest] = base::key_and_value(frame.rest);
    if (frame.verb == "dir") {
        inventory.dir = frame.rest;
    } else if (frame.verb == "time") {
        inventory.time = static_cast<std::int64_t>(base::parse_time(first));
    } else if (frame.verb == "cluster") {
        inventory.cluster = frame.rest;
    } else if (frame.verb == "squeue") {
        inventory.squeue_words = frame.rest;
    } else if (frame.verb == "live") {
        inventory.live.insert(first);
    } else if (frame.verb == "use") {
        inventory.used[rest] = std::strtoull(first.c_str(), nullptr, 10);
    } else if (frame.verb == "tree") {
        add_tree(frame.rest);
    } else if (frame.verb == "file") {
        add_file(frame.rest);
    } else if (frame.verb == "workspace") {
        const auto [word, path] = base::key_and_value(rest);
        inventory.workspaces.push_back({.token = first, .path = path, .kept = word == "kept"});
    } else if (frame.verb == "named") { // submissions/TOKEN/job.sh:functions/HASH"
        const auto place = frame.rest.rfind("/job.sh:functions/");
        const auto hash = frame.rest.substr(frame.rest.rfind('/') + 1);
        if (place != std::string::npos)
            inventory.functions[frame.rest.substr(0, place)].insert(hash.substr(0, hash.find('"')));
    } else if (frame.verb == "scripts") {
        inventory.read_scripts = true;
    } else if (frame.verb == "mirror") {
        mirror_ = frame.rest;
    } else if (frame.verb == "refs") {
        inventory.read_mirrors.insert(mirror_);
    } else if (frame.verb == "ref") {
        inventory.refs[{mirror_, rest}] = first;
    }
}

state::Inventory ask_inventory(Cluster& cluster, const std::string& project) {
    InventoryReader reader;
    cluster.ask("clean", variables("records", project, 0),
                [&](const transport::Frame& frame) { reader.add(frame); });
    return std::move(reader.inventory);
}

Cleaned carry_out(Cluster& cluster, const state::CleanPlan& plan, std::int64_t older, Mode mode,
                  const std::string& project) {
    auto asked = variables(mode == Mode::remove ? "remove" : "measure", project, older);
    for (const auto& removal : plan.removals)
        if (mode == Mode::remove || !removal.is_restored) {
            asked.lists["removals"].emplace_back(state::word_of(removal.kind).word);
            asked.lists["removals"].push_back(removal.item);
        }
    Carried carried(plan, mode);
    if (!asked.lists["removals"].empty())
        cluster.ask("clean", asked, [&](const transport::Frame& frame) { carried.add(frame); });
    return carried.finish(plan);
}

} // namespace rdvc::remote
