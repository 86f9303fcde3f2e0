// `rdvc config get|set|unset|list|edit`: settings and where they come from.

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "config/keys.hpp"
#include "config/settings.hpp"
#include "remote/project.hpp"
#include "wizard/settings_file.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// The settings that count in the current folder.
config::Config effective(world::World& world, const std::string& cluster) {
    return project::find_repository(world.runner, world.folder)
               ? remote::load_config(world, remote::settings_file(world), cluster)
               : remote::open_user_config(world, cluster);
}

// What was set, and with `all` the other settings with their defaults.
std::map<std::string, config::Value> values_of(const config::Config& config, bool all) {
    auto values = config.all();
    if (all)
        for (const auto& setting : config::settings()) {
            config::Scalar value = std::string(setting.fallback);
            if (setting.kind == config::Kind::flag)
                value = setting.fallback == "true";
            if (setting.kind == config::Kind::list)
                value = base::words(setting.fallback);
            values.insert({std::string(setting.key), {value, "default"}});
        }
    return values;
}

// A value as a program reads it: a list has an item a line.
std::string plain(const config::Scalar& value) {
    if (const auto* list = std::get_if<std::vector<std::string>>(&value))
        return base::join(*list, "\n");
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr ? *text : config::to_source(value);
}

nlohmann::json to_json(const config::Scalar& value) {
    return std::visit([](const auto& content) { return nlohmann::json(content); }, value);
}

// Where `path` is to be set: in the user's file with `--global`, and if only that one may have it.
wizard::SettingsFile file_of(world::World& world, const std::vector<std::string>& path,
                             bool global) {
    const auto* setting = config::find_setting(config::key_text(path));
    const bool is_users = path.size() < 2 || path.front() == "clusters" ||
                          (setting != nullptr && setting->set_by != config::SetBy::project);
    return global || is_users ? wizard::user_settings(world)
                              : wizard::project_settings(remote::settings_file(world));
}

// If another place decides after all.
void warn_of_another(world::World& world, const std::vector<std::string>& path,
                     const wizard::SettingsFile& file, bool is_set) {
    const auto cluster = path.front() == "clusters" ? path[1] : "";
    auto key = path;
    if (!cluster.empty())
        key = {"cluster", path.back()};
    const auto values = effective(world, cluster).all();
    const auto value = values.find(config::key_text(key));
    if (value == values.end() ||
        (is_set && value->second.origin.starts_with(file.path().string() + ":")))
        return;
    world.console.warn(fmt::format("{} sets `{}` to {}, which counts here", value->second.origin,
                                   value->first, config::to_source(value->second.value)));
}

Exit get(world::World& world, const Words& words) {
    std::string key;
    std::string cluster;
    cli::Options options("config get", "The value of a setting, as it counts here.");
    options.word("KEY", key, "e.g. run.time, instances.big.mem")
        .text("--cluster", cluster, "for the cluster [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto path = config::parse_key(key);
    const auto values =
        values_of(effective(world, path.front() == "clusters" ? path[1] : cluster), true);
    const auto value = values.find(path.front() == "clusters" ? "cluster." + path.back() : key);
    if (value == values.end())
        throw Error(Exit::failed, fmt::format("`{}` is not set", key));
    const auto text = plain(value->second.value);
    world.console.data(text.empty() ? "" : text + "\n");
    return Exit::done;
}

Exit set(world::World& world, const Words& words) {
    std::string key;
    std::vector<std::string> values;
    bool global = false;
    cli::Options options("config set", "Sets a value in this project's file, or in your own.");
    options.word("KEY", key, "e.g. run.time, instances.big.mem")
        .words("VALUE", values, "one; several for a list")
        .flag("--global", global, "in ~/.config/rdvc/config.toml, for all projects");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (values.empty())
        throw Error(Exit::usage, fmt::format("`{}` needs a value", key))
            .hint("rdvc config unset KEY");
    const auto path = config::parse_key(key);
    auto file = file_of(world, path, global);
    const auto source = config::value_source(path, values);
    file.check(path, source);
    file.set_source(path, source);
    file.save();
    world.console.note(fmt::format("{}: {} = {}", file.path().string(), key, source));
    warn_of_another(world, path, file, true);
    return Exit::done;
}

Exit unset(world::World& world, const Words& words) {
    std::string key;
    bool global = false;
    cli::Options options("config unset", "Removes a value from this project's file, or your own.");
    options.word("KEY", key, "e.g. run.time, instances.big.mem")
        .flag("--global", global, "from ~/.config/rdvc/config.toml");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto path = config::parse_key(key);
    auto file = file_of(world, path, global);
    if (!file.unset(path))
        throw Error(Exit::failed, fmt::format("{} does not set `{}`", file.path().string(), key))
            .hint("rdvc config list --show-origin");
    file.save();
    world.console.note(fmt::format("{}: removed {}", file.path().string(), key));
    warn_of_another(world, path, file, false);
    return Exit::done;
}

Exit list_settings(world::World& world, const Words& words) {
    std::string cluster;
    bool all = false;
    bool show_origin = false;
    bool json = false;
    cli::Options options("config list", "The settings that count here.");
    options.flag("--all", all, "also those that have their defaults")
        .flag("--show-origin", show_origin, "also the place that sets each")
        .flag("--json", json, "as JSON")
        .text("--cluster", cluster, "for the cluster [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    nlohmann::json object = nlohmann::json::object();
    std::vector<std::vector<std::string>> rows;
    for (const auto& [key, value] : values_of(effective(world, cluster), all)) {
        object[key] = {{"value", to_json(value.value)}, {"origin", value.origin}};
        rows.push_back({fmt::format("{} = {}", key, config::to_source(value.value))});
        if (show_origin)
            rows.back().insert(rows.back().begin(), value.origin);
    }
    world.console.data(json ? object.dump(2) + "\n" : base::columns(rows));
    return Exit::done;
}

} // namespace

Exit config(world::World& world, const Words& words) {
    static const std::vector<Command> parts = {
        {"list", "the settings that count here; --show-origin: and where they are set",
         list_settings},
        {"get", "the value of one", get},
        {"set", "set one in this project's file; --global: in your own", set},
        {"unset", "remove one", unset},
        {"edit", "open the file in $EDITOR; it is checked before it is replaced", config_edit},
    };
    return dispatch_group(world, "config", parts, words);
}

} // namespace rdvc::commands
