#include "wizard/instance.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/cluster.hpp"
#include "remote/limits.hpp"
#include "remote/project.hpp"

namespace rdvc::wizard {

namespace {

// Keys of sbatch and their values as TOML.
using Definition = std::vector<std::pair<std::string, std::string>>;

Definition define(const slurm::Offer& offer) {
    Definition definition = {{"partition", config::toml_string(offer.partition)},
                             {"constraint", config::toml_string(offer.feature)}};
    if (offer.gpu)
        definition.emplace_back("gpus", "1");
    return definition;
}

void show(const world::World& world, const slurm::Offer& offer, const Definition& definition) {
    world.console.note(
        fmt::format("based on the nodes that have the feature `{}`:", offer.feature));
    world.console.note(fmt::format("  [instances.{}]", config::toml_string(offer.feature)));
    for (const auto& [key, value] : definition)
        world.console.note(fmt::format("  {} = {}", key, value));
    if (!offer.gpu && !offer.gres.empty())
        world.console.note(fmt::format("  (nodes with it have {}; add `gpus = 1` if your jobs need "
                                       "a GPU)",
                                       offer.gres));
}

bool is_defined(const config::Config& config, const std::string& name) {
    const auto names = config.instances();
    return std::find(names.begin(), names.end(), name) != names.end();
}

void warn_of_undefined(const world::World& world, const config::Config& config,
                       const std::string& instance) {
    world.console.warn(fmt::format("the instance `{}` is not defined", instance));
    for (const auto& line : config.advice_on_instance(instance))
        world.console.note("  " + line);
}

} // namespace

std::vector<slurm::Offer> cluster_offers(world::World& world, const config::Config& config) {
    if (config.text("cluster.host").empty())
        return {};
    try {
        remote::Cluster cluster(world, config);
        return slurm::offers(remote::ask_limits(cluster).nodes());
    } catch (const base::Error& error) {
        world.console.warn(
            fmt::format("could not ask the cluster for its nodes: {}", error.what()));
    }
    return {};
}

std::vector<std::string> instance_names(const config::Config& config,
                                        const std::vector<slurm::Offer>& offers) {
    auto names = config.instances();
    for (const auto& offer : offers)
        if (!is_defined(config, offer.feature))
            names.push_back(offer.feature);
    return names;
}

void define_instance(const world::World& world, const config::Config& config,
                     const std::vector<slurm::Offer>& offers, const std::string& instance,
                     const Questions& questions, SettingsFile& file) {
    if (instance.empty() || is_defined(config, instance))
        return;
    const auto offer = std::find_if(offers.begin(), offers.end(),
                                    [&](const auto& one) { return one.feature == instance; });
    if (offer == offers.end())
        return warn_of_undefined(world, config, instance);
    const auto definition = define(*offer);
    show(world, *offer, definition);
    if (!questions.agree(fmt::format("Write this to {}", file.path().string())))
        return warn_of_undefined(world, config, instance);
    for (const auto& [key, value] : definition)
        file.set_source({"instances", instance, key}, value);
}

void warn_of_undefined_instance(const world::World& world, const config::Config& config) {
    const auto instance = config.text("run.instance");
    if (!instance.empty() && !is_defined(config, instance))
        warn_of_undefined(world, config, instance);
}

} // namespace rdvc::wizard
