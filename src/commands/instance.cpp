// `rdvc instance list|add`: named sets of sbatch options.

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "config/keys.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "wizard/instance.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// The settings that count here, in a project or not.
config::Config effective(world::World& world, const std::string& cluster) {
    return project::find_repository(world.runner, world.folder)
               ? remote::load_config(world, remote::settings_file(world), cluster)
               : remote::open_user_config(world, cluster);
}

std::string to_json(const config::Config& config) {
    nlohmann::json instances = nlohmann::json::array();
    for (const auto& name : config.instances()) {
        nlohmann::json options = nlohmann::json::object();
        for (const auto& [option, value] : config.instance(name)) {
            const auto json = std::visit(
                [](const auto& content) { return nlohmann::json(content); }, value.value);
            options[option] = {{"value", json}, {"origin", value.origin}};
        }
        instances.push_back({{"name", name},
                             {"default", name == config.text("run.instance")},
                             {"options", options}});
    }
    return nlohmann::json{{"version", 1}, {"instances", instances}}.dump(
               2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
}

void print(const world::Console& console, const config::Config& config) {
    std::vector<std::vector<std::string>> rows = {{"INSTANCE", "OPTION", "SET BY"}};
    for (const auto& name : config.instances()) {
        auto shown = name + (name == config.text("run.instance") ? "*" : "");
        const auto& options = config.instance(name);
        if (options.empty())
            rows.push_back({shown, "(none)", ""});
        for (const auto& [option, value] : options) {
            rows.push_back({shown, fmt::format("{} = {}", option, config::to_source(value.value)),
                            value.origin});
            shown.clear();
        }
    }
    console.data(base::columns(rows));
}

Exit list(world::World& world, const Words& words) {
    bool json = false;
    std::string cluster;
    cli::Options options("instance list", "Lists the instances of the configuration.");
    options.flag("--json", json, "as JSON")
        .text("--cluster", cluster, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto config = effective(world, cluster);
    if (json)
        world.console.data(to_json(config));
    else if (config.instances().empty())
        world.console.note("no instance is defined; next:  rdvc instance add NAME");
    else
        print(world.console, config);
    return Exit::done;
}

Exit add(world::World& world, const Words& words) {
    std::string name;
    std::string cluster;
    bool global = false;
    bool yes = false;
    cli::Options options("instance add",
                         "Defines an instance by a feature that nodes of the cluster have.");
    options.word("NAME", name, "a feature of the cluster's nodes, as `rdvc avail` shows them")
        .flag("--global", global, "in ~/.config/rdvc/config.toml, for all projects")
        .text("--cluster", cluster, "use [clusters.NAME]", "NAME")
        .flag("-y,--yes", yes, "do not ask before it is written");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (name.empty())
        throw Error(Exit::usage, "`rdvc instance add` needs a name").hint("rdvc avail");
    const auto config = effective(world, cluster);
    const auto defined = config.instances();
    if (std::find(defined.begin(), defined.end(), name) != defined.end())
        throw Error(Exit::usage, fmt::format("the instance `{}` is defined already", name))
            .hint("rdvc instance list");
    auto file = global ? wizard::user_settings(world)
                       : wizard::project_settings(remote::settings_file(world));
    [[maybe_unused]] const remote::Cluster there(world,
                                                 config); // no host: said before anything is asked
    const auto offers = wizard::cluster_offers(world, config);
    std::vector<std::string> features;
    for (const auto& offer : offers)
        features.push_back(offer.feature);
    if (std::find(features.begin(), features.end(), name) == features.end())
        throw Error(Exit::not_ready, fmt::format("no node has the feature `{}`{}", name,
                                                 base::suggestion(name, features)))
            .context(features.empty() ? "" : "there are: " + base::join(features, ", "))
            .hint(fmt::format("to define it by other options: rdvc config set "
                              "instances.{}.partition NAME",
                              name));
    wizard::define_instance(world, config, offers, name, wizard::Questions(world, options, yes),
                            file);
    if (file.save())
        world.console.note(
            fmt::format("wrote {}; next:  rdvc run --instance={}", file.path().string(), name));
    return Exit::done;
}

} // namespace

Exit instance(world::World& world, const Words& words) {
    return dispatch_group(world, "instance",
                          {{"list", "those of the configuration, with their options", list},
                           {"add", "define one by a feature that nodes of the cluster have", add}},
                          words);
}

} // namespace rdvc::commands
