#include "bring/table.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/table.hpp"
#include "state/state.hpp"
#include "table/facts.hpp"
#include "table/live.hpp"

namespace rdvc::bring {

namespace {

std::string place_of(const table::LiveFile& file, unsigned task) {
    return task == 0 ? file.path : fmt::format("{} of task {}", file.path, task);
}

// What this laptop's ledger says of the submission, beside its tasks.
table::Known known_here(const ledger::Ledger& ledger, const std::string& token) {
    table::Known known;
    for (const auto& record : ledger.read())
        if (record.token == token) {
            known.name = record.name;
            if (record.tasks == 0)
                known.params = {table::params_in(record.words)};
        }
    return known;
}

void add_tasks(table::Known& known, std::string_view file) {
    known.tasks = submission::read_tasks(file);
    known.params = table::params_of(known.tasks);
}

void add_metrics(table::Known& known, TableAnswer& answer, const table::LiveRecord& record) {
    auto& files = known.metrics[record.task];
    for (const auto& file : record.files()) {
        auto metrics = file.is_large ? std::nullopt : table::read_metrics(file.path, file.content);
        if (metrics)
            files.push_back({file.path, std::move(*metrics)});
        else
            (file.is_large ? answer.large : answer.unreadable)
                .push_back(place_of(file, record.task));
    }
}

// Each task gets a copy of them.
void keep_few_notes(state::Record& record) {
    std::erase_if(record.notes, [](const auto& note) {
        return note.first != "name" && note.first != "tasks" && note.first != "pack" &&
               note.first != "kind";
    });
}

// `12 published  3 running`
std::string counts_of(const std::vector<table::Facts>& facts) {
    std::vector<std::pair<std::string, unsigned>> counts;
    for (const auto& one : facts) {
        const auto known = std::find_if(counts.begin(), counts.end(), [&](const auto& count) {
            return count.first == one.state;
        });
        if (known == counts.end())
            counts.emplace_back(one.state, 1);
        else
            ++known->second;
    }
    return state::describe_counts({.counts = counts, .state = {}});
}

} // namespace

TableAnswer ask_for_table(world::World& world, const remote::Project& project,
                          remote::Cluster& cluster, const remote::Target& target,
                          const std::vector<std::string>& plots) {
    const auto ledger = remote::open_ledger(world);
    auto known = known_here(ledger, target.token);
    auto tasks = ledger.tasks(target.token).value_or("");
    const bool has_tasks = !tasks.empty();
    TableAnswer answer;
    table::LiveReader reader([&](const table::LiveRecord& record) {
        if (record.kind == "tasks" && !has_tasks)
            tasks = record.body;
        else if (record.kind == "metrics")
            add_metrics(known, answer, record);
        else if (record.kind == "plots")
            answer.plots[record.task] = record.files();
    });
    // While the cluster answers, because it takes a while for thousands of tasks.
    auto reading = std::async(std::launch::async, [&, has_tasks] {
        if (has_tasks)
            add_tasks(known, tasks);
    });
    auto overview = remote::ask_table(cluster,
                                      {.mirror = project.mirror,
                                       .token = target.token,
                                       .task = target.task,
                                       .plots = plots,
                                       .wants_tasks = !has_tasks},
                                      [&](std::string_view bytes) { reader.feed(bytes); });
    answer.is_damaged = !reader.is_whole();
    if (!overview.squeue_answered)
        world.console.warn("squeue does not answer: " + overview.squeue_words);
    reading.get();
    if (!has_tasks && !tasks.empty()) // which the cluster has sent
        add_tasks(known, tasks);
    for (auto& record : overview.submissions)
        if (record.token == target.token) {
            keep_few_notes(record);
            known.record = &record;
        }
    known.overview = &overview;
    answer.is_known = known.record != nullptr;
    answer.submission = {target.token, "", known.name};
    if (known.record != nullptr) {
        const auto& record = *known.record;
        known.name = state::field(record.notes, "name");
        answer.submission = {target.token, record.job, known.name};
    }
    auto facts = table::facts_of(std::move(known), target.task);
    answer.summary = fmt::format("{}: {}", answer.submission.name, counts_of(facts));
    answer.has_ended = std::none_of(facts.begin(), facts.end(), [](const table::Facts& one) {
        return state::is_live(state::kind_of(one.state));
    });
    answer.table = table::make_table(std::move(facts));
    return answer;
}

void tell_gaps(const world::Console& console, const TableAnswer& answer) {
    if (!answer.is_known)
        console.note("the cluster no longer has this submission's record; this is what this laptop "
                     "knows");
    else if (!answer.table.has(table::Kind::metric) && answer.unreadable.empty() &&
             answer.large.empty())
        console.note(answer.has_ended ? "no task has written metrics that dvc.yaml declares"
                                      : "no task has written metrics yet");
    const auto warn = [&](const std::vector<std::string>& places, std::string_view what) {
        const auto more = places.size() < 2 ? "" : fmt::format(" and {} more", places.size() - 1);
        if (!places.empty())
            console.warn(fmt::format("{}: {}{}", what, places.front(), more));
    };
    warn(answer.unreadable, "metrics that cannot be read");
    warn(answer.large, "metrics that are too large to be shown");
    if (answer.is_damaged)
        console.warn("some metrics are left out: what the cluster sent of them is damaged");
}

} // namespace rdvc::bring
