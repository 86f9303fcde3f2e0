#include <nlohmann/json.hpp>

#include "state/avail.hpp"

namespace rdvc::state {

namespace {

using Json = nlohmann::json;

constexpr int version = 1;

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

Json to_json(const slurm::Nodes& nodes) {
    Json gpus = Json::array();
    const auto used = slurm::gpus_in(nodes.used_gres);
    for (const auto& [type, all] : slurm::gpus_in(nodes.gres)) {
        const auto taken = used.find(type);
        gpus.push_back(
            {{"type", type}, {"all", all}, {"used", taken == used.end() ? 0 : taken->second}});
    }
    return {{"count", nodes.count},
            {"state", nodes.state},
            {"out", nodes.is_out()},
            {"cpus", or_null(nodes.cpus)},
            {"memory_mib", or_null(nodes.memory)},
            {"free_cpus", nodes.free_cpus},
            {"all_cpus", nodes.all_cpus},
            {"gpus_of_each", gpus},
            {"features", nodes.features}};
}

Json to_json(const slurm::Partition& partition) {
    Json nodes = Json::array();
    for (const auto& group : partition.nodes)
        nodes.push_back(to_json(group));
    return {{"name", partition.name},
            {"default", partition.is_default},
            {"state", partition.state},
            {"max_seconds", or_null(partition.max_time)},
            {"max_cpus_per_node", or_null(partition.max_cpus)},
            {"max_memory_mib_per_node", or_null(partition.max_memory)},
            {"qos", partition.qos},
            {"only_for", partition.only_for},
            {"nodes", nodes}};
}

template <class Owner>
void add_bounds(Json& json, const Owner& owner) {
    json["max_submit"] = or_null(owner.max_submit);
    json["max_running"] = or_null(owner.max_jobs);
    json["max_submit_of_all"] = or_null(owner.group_submit);
    json["max_seconds"] = or_null(owner.max_time);
}

std::string text_of(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

std::string as_json(const slurm::Limits& limits, const std::string& cluster) {
    Json json = {{"version", version},          {"cluster", cluster},
                 {"partitions", Json::array()}, {"accounts", Json::array()},
                 {"qos", Json::array()},        {"jobs", limits.jobs},
                 {"settings", limits.settings}, {"login_sets", limits.presets},
                 {"unknown", limits.silent}};
    for (const auto& partition : limits.partitions)
        json["partitions"].push_back(to_json(partition));
    for (const auto& association : limits.associations) {
        Json one = {{"account", association.account},
                    {"default", association.account == limits.default_account},
                    {"partition", association.partition},
                    {"qos", association.qos},
                    {"default_qos", association.default_qos}};
        add_bounds(one, association);
        json["accounts"].push_back(one);
    }
    for (const auto& qos : limits.qos) {
        Json one = {{"name", qos.name}, {"flags", qos.flags}, {"max_tres", qos.max_tres}};
        add_bounds(one, qos);
        json["qos"].push_back(one);
    }
    return text_of(json);
}

std::string as_json(const std::vector<Estimate>& estimates, const std::string& cluster) {
    Json json = {{"version", version}, {"cluster", cluster}, {"estimates", Json::array()}};
    for (const auto& [partition, in, words] : estimates)
        json["estimates"].push_back(
            {{"partition", partition}, {"starts_in_seconds", or_null(in)}, {"words", words}});
    return text_of(json);
}

} // namespace rdvc::state
