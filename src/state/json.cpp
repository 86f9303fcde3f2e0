#include "state/json.hpp"

#include <nlohmann/json.hpp>

#include "state/describe.hpp"
#include "state/measured.hpp"
#include "state/state.hpp"

namespace rdvc::state {

namespace {

template <typename Number>
void add_number(nlohmann::json& json, const char* key, const std::optional<Number>& number) {
    if (number)
        json[key] = *number;
}

nlohmann::json as_json(const Usage& used) {
    nlohmann::json json = nlohmann::json::object();
    add_number(json, "seconds", used.seconds);
    add_number(json, "cpu_seconds", used.cpu_seconds);
    add_number(json, "cpus", used.cpus);
    add_number(json, "mem_kib", used.kib());
    add_number(json, "mem_with_cache_kib", used.peak_kib);
    add_number(json, "gpu_percent", used.gpu_percent);
    add_number(json, "gpu_mem_mib", used.gpu_peak_mib);
    return json;
}

nlohmann::json as_json(const Asked& asked) {
    nlohmann::json json = nlohmann::json::object();
    add_number(json, "seconds", asked.seconds);
    add_number(json, "cpus", asked.cpus);
    add_number(json, "mem_kib", asked.kib);
    add_number(json, "mem_per_cpu_kib", asked.kib_per_cpu);
    add_number(json, "gpus", asked.gpus);
    return json;
}

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
            {"used", as_json(usage_in(record.result))},
            {"asked", as_json(asked_in(record.result))},
            {"mirror", field(record.notes, "mirror")},
            {"phases", phases}};
}

nlohmann::json one_to_json(const Record& record, const Overview& overview) {
    auto json = to_json(record, derive_state(record, overview));
    json["advice"] = measured_of(record, overview).advice();
    return json;
}

// Of a submission or task, as `metric`.
void add_metric(nlohmann::json& json, const Metric& metric, const Record& record) {
    if (metric.name.empty())
        return;
    const auto* value = metric.of(record.token, record.task);
    json["metric"] = {{"name", metric.name}, {"value", nullptr}};
    if (value != nullptr)
        json["metric"]["value"] = nlohmann::json::parse(value->json);
}

nlohmann::json sweep_to_json(const Record& record, const Overview& overview, const Metric& metric) {
    const auto sweep = derive_sweep(record, overview);
    auto json = to_json(record, sweep.state);
    const auto measured = measured_of(record, overview);
    json["used"] = as_json(measured.used);
    json["asked"] = as_json(measured.asked);
    json["advice"] = measured.advice();
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
                                 {"pulled", task.pulled},
                                 {"used", as_json(usage_in(task.result))}});
        add_metric(json["tasks"].back(), metric, task);
    }
    return json;
}

nlohmann::json to_json(const Overview& overview, const Metric& metric) {
    nlohmann::json all = nlohmann::json::array();
    for (const auto& record : overview.submissions) {
        all.push_back(record.task_count() == 0 ? one_to_json(record, overview)
                                               : sweep_to_json(record, overview, metric));
        if (record.task_count() == 0)
            add_metric(all.back(), metric, record);
    }
    return all;
}

std::string text_of(const nlohmann::json& json) {
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace

std::string as_json(const Overview& overview, const Metric& metric) {
    return text_of(to_json(overview, metric));
}

std::string as_json(const std::vector<Listed>& all) {
    nlohmann::json rows = nlohmann::json::array();
    for (const auto& listed : all)
        for (auto& one : to_json(listed.overview, listed.metric)) {
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

std::string as_json(const Record& record, const Overview& overview, const Why& why) {
    const auto state = record.task_count() > 0 ? derive_sweep(record, overview).state
                                               : derive_state(record, overview);
    return text_of({{"schema", schema},
                    {"token", record.token},
                    {"task", record.task},
                    {"job", record.job},
                    {"name", name_of(record)},
                    {"state", state.word},
                    {"what", why.what},
                    {"facts", why.facts},
                    {"log", why.log},
                    {"next", why.next}});
}

} // namespace rdvc::state
