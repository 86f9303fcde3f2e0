#include "state/json.hpp"

#include <nlohmann/json.hpp>

#include "state/describe.hpp"
#include "state/state.hpp"

namespace rdvc::state {

namespace {

nlohmann::json to_json(const Record& record, const State& state) {
    nlohmann::json phases = nlohmann::json::array();
    for (const auto& [start, name] : record.phases)
        phases.push_back({{"start", start}, {"phase", name}});
    return {{"schema", schema},
            {"token", record.token},
            {"job", record.job},
            {"name", name_of(record)},
            {"kind", record.is_command() ? "command" : "experiment"},
            {"state", state.word},
            {"phase", state.phase},
            {"detail", state.detail},
            {"ref", field(record.result, "ref")},
            {"commit", field(record.notes, "commit")},
            {"snapshot", field(record.notes, "snapshot")},
            {"exit", field(record.result, "exit")},
            {"node", field(record.result, "node")},
            {"kept", field(record.result, "kept")},
            {"output", record.output()},
            {"pulled", record.pulled},
            {"time", field(record.notes, "time")},
            {"command", field(record.notes, "command")},
            {"mirror", field(record.notes, "mirror")},
            {"phases", phases}};
}

nlohmann::json sweep_to_json(const Record& record, const Overview& overview) {
    const auto sweep = derive_sweep(record, overview);
    auto json = to_json(record, sweep.state);
    json["tasks"] = nlohmann::json::array();
    for (unsigned number = 1; number <= record.task_count(); ++number) {
        const auto task = record.of_task(number);
        const auto state = derive_state(task, overview);
        json["tasks"].push_back({{"task", number},
                                 {"name", name_of(task)},
                                 {"state", state.word},
                                 {"phase", state.phase},
                                 {"detail", state.detail},
                                 {"ref", field(task.result, "ref")},
                                 {"exit", field(task.result, "exit")},
                                 {"node", field(task.result, "node")},
                                 {"kept", field(task.result, "kept")},
                                 {"output", task.output()},
                                 {"pulled", task.pulled}});
    }
    return json;
}

nlohmann::json to_json(const Overview& overview) {
    nlohmann::json all = nlohmann::json::array();
    for (const auto& record : overview.submissions)
        all.push_back(record.task_count() == 0 ? to_json(record, derive_state(record, overview))
                                               : sweep_to_json(record, overview));
    return all;
}

std::string text_of(const nlohmann::json& json) {
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace

std::string as_json(const Overview& overview) {
    return text_of(to_json(overview));
}

std::string as_json(const std::vector<Listed>& all) {
    nlohmann::json rows = nlohmann::json::array();
    for (const auto& listed : all)
        for (auto& one : to_json(listed.overview)) {
            one["cluster"] = listed.cluster;
            rows.push_back(one);
        }
    return text_of(rows);
}

std::string as_json(const Record& record, const std::vector<Event>& events) {
    nlohmann::json all = nlohmann::json::array();
    for (const auto& [time, what, detail, seconds] : events) {
        nlohmann::json one = {{"time", time}, {"event", what}, {"detail", detail}};
        one["seconds"] = seconds ? nlohmann::json(*seconds) : nlohmann::json();
        all.push_back(one);
    }
    const nlohmann::json text = {{"schema", schema},        {"token", record.token},
                                 {"task", record.task},     {"job", record.job},
                                 {"name", name_of(record)}, {"events", all}};
    return text_of(text);
}

} // namespace rdvc::state
