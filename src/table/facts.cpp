#include "table/facts.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "state/state.hpp"
#include "state/usage.hpp"
#include "sweep/sweep.hpp"

namespace rdvc::table {

namespace {

std::string name_of(const state::Record& record) {
    const auto published = state::field(record.result, "name");
    return published.empty() ? state::field(record.notes, "name") : published;
}

void add_record(Facts& facts, const state::Record& record, const state::Overview& overview) {
    const auto state = state::derive_state(record, overview);
    facts.state = state.word;
    if (const auto name = name_of(record); !name.empty())
        facts.name = name;
    const auto node = state::field(record.result, "node");
    facts.node = node.empty() ? record.node : node;
    const auto used = state::usage_in(record.result);
    facts.mem_kib = used.kib();
    facts.cpus = used.cpus;
    facts.seconds = state::seconds_run(record, overview);
    if (state.kind() == state::Kind::pending) {
        facts.metrics.clear();
        facts.seconds.reset();
        facts.mem_kib.reset();
        facts.cpus.reset();
    }
}

} // namespace

std::vector<Metric> params_in(const std::vector<std::string>& words) {
    std::vector<Metric> params;
    try {
        for (const auto& override : submission::parse_run_arguments(words).overrides) {
            const auto setting = sweep::plain_setting(override);
            params.push_back({setting.key, value_of(setting.value)});
        }
    } catch (const base::Error&) { // of another version of rdvc
        return {};
    }
    return params;
}

std::vector<std::vector<Metric>> params_of(const std::vector<submission::Task>& tasks) {
    std::vector<std::vector<Metric>> all;
    std::unordered_map<std::string, std::pair<std::string, std::size_t>> seen; // value, tasks
    std::unordered_map<std::string, bool> varies;
    for (const auto& task : tasks) {
        all.push_back(params_in(task.arguments));
        for (const auto& [key, value] : all.back()) {
            const auto [found, is_new] = seen.try_emplace(key, value.text, 0);
            ++found->second.second;
            varies[key] = varies[key] || found->second.first != value.text;
        }
    }
    for (auto& params : all)
        std::erase_if(params, [&](const Metric& one) {
            return !varies[one.key] && seen[one.key].second == tasks.size();
        });
    return all;
}

std::vector<Facts> facts_of(Known known, unsigned task) {
    const auto count = known.record != nullptr ? known.record->task_count()
                                               : static_cast<unsigned>(known.tasks.size());
    std::vector<Facts> all;
    for (unsigned number = count == 0 ? 0 : 1; number <= count; ++number) {
        if (task != 0 && number != task)
            continue;
        Facts facts{.task = number, .name = known.name};
        const std::size_t place = number == 0 ? 0 : number - 1;
        if (place < known.tasks.size())
            facts.name = known.tasks[place].name;
        if (place < known.params.size())
            facts.params = std::move(known.params[place]);
        if (const auto own = known.metrics.find(number); own != known.metrics.end())
            facts.metrics = std::move(own->second);
        if (known.record != nullptr)
            add_record(facts, number == 0 ? *known.record : known.record->of_task(number),
                       *known.overview);
        all.push_back(std::move(facts));
    }
    return all;
}

} // namespace rdvc::table
