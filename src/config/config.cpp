#include "config/config.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/home.hpp"
#include "base/text.hpp"
#include "config/keys.hpp"
#include "config/settings.hpp"
#include "slurm/options.hpp"

namespace rdvc::config {

using base::Error;
using base::Exit;

namespace {

std::vector<std::string> known_keys(std::string_view table) {
    std::vector<std::string> keys;
    for (const auto& setting : settings())
        if (setting.key.starts_with(std::string(table) + "."))
            keys.emplace_back(setting.key.substr(table.size() + 1));
    if (table == "run" || table == "instances")
        for (const auto& option : slurm::options())
            keys.emplace_back(option.name);
    return keys;
}

Error unknown(const std::string& place, const std::string& what, const std::string& word,
              const std::vector<std::string>& candidates) {
    return {Exit::configuration, fmt::format("{}: unknown {} `{}`{}", place, what, word,
                                             base::suggestion(word, candidates))};
}

Error not_theirs(const std::string& place, const std::string& key, Whose whose) {
    const bool is_project = whose == Whose::project;
    return Error(Exit::configuration,
                 fmt::format("{}: {} may not set `{}`", place,
                             is_project ? "a project's file" : "a file on the cluster", key))
        .context(fmt::format("{} could otherwise send your code elsewhere",
                             is_project ? "a cloned project" : "whoever can write to it"))
        .hint("set it in ~/.config/rdvc/config.toml");
}

bool may_set(Whose whose, SetBy set_by) {
    switch (set_by) {
    case SetBy::user: return whose == Whose::user || whose == Whose::group;
    case SetBy::cluster: return whose != Whose::project;
    case SetBy::project: break;
    }
    return true;
}

// A flag may be written as a word if the source has only words (environment).
std::optional<bool> as_flag(const Scalar& value) {
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag;
    if (const auto* text = std::get_if<std::string>(&value)) {
        if (*text == "true" || *text == "1" || *text == "yes")
            return true;
        if (*text == "false" || *text == "0" || *text == "no")
            return false;
    }
    return std::nullopt;
}

Scalar checked(const Setting& setting, const Scalar& value, const std::string& place) {
    switch (setting.kind) {
    case Kind::flag:
        if (const auto flag = as_flag(value))
            return *flag;
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` must be true or false", place, setting.key));
    case Kind::list:
        if (const auto* text = std::get_if<std::string>(&value))
            return base::words(*text);
        if (std::holds_alternative<std::vector<std::string>>(value))
            return value;
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` must be a list of strings", place, setting.key));
    case Kind::text:
    case Kind::size:
    case Kind::number: break;
    }
    if (!std::holds_alternative<std::string>(value))
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` must be a string", place, setting.key));
    const auto& text = std::get<std::string>(value);
    const auto choices = base::words(setting.choices);
    if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end())
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` is `{}`; it must be `{}`", place, setting.key, text,
                                base::join(choices, "` or `")));
    if (setting.kind == Kind::size && !base::parse_bytes(text))
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` is `{}`; it must be a size such as 500M or 2G", place,
                                setting.key, text));
    if (setting.kind == Kind::number && !base::parse_number(text))
        throw Error(Exit::configuration, fmt::format("{}: `{}` is `{}`; it must be a whole number",
                                                     place, setting.key, text));
    return value;
}

void add_sbatch_option(SbatchOptions& options, const std::string& name, const Scalar& value,
                       const std::string& place) {
    const auto* option = slurm::find_option(name);
    assert(option != nullptr);
    if (!option->refusal.empty())
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` cannot be set: {}", place, name, option->refusal));
    Scalar kept = value;
    if (const auto* list = std::get_if<std::vector<std::string>>(&value))
        kept = base::join(*list, ",");
    if (option->argument == slurm::Argument::none && !as_flag(kept))
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` must be true or false", place, name));
    if (option->argument == slurm::Argument::required && std::get_if<bool>(&kept) != nullptr &&
        std::get<bool>(kept))
        throw Error(Exit::configuration, fmt::format("{}: `{}` needs a value", place, name));
    // An environment variable can only say `true` or `false` as text.
    const auto* text = std::get_if<std::string>(&kept);
    const bool is_word = text != nullptr && (*text == "true" || *text == "false");
    if (option->argument == slurm::Argument::none ||
        (option->argument == slurm::Argument::optional && is_word))
        kept = *as_flag(kept);
    options[name] = {kept, place};
}

} // namespace

std::string Config::text(std::string_view key) const {
    const auto* setting = find_setting(key);
    assert(setting != nullptr && setting->kind != Kind::flag && setting->kind != Kind::list);
    const auto value = values_.find(key);
    return value == values_.end() ? std::string(setting->fallback)
                                  : std::get<std::string>(value->second.value);
}

bool Config::flag(std::string_view key) const {
    const auto* setting = find_setting(key);
    assert(setting != nullptr && setting->kind == Kind::flag);
    const auto value = values_.find(key);
    return value == values_.end() ? setting->fallback == "true"
                                  : std::get<bool>(value->second.value);
}

std::vector<std::string> Config::list(std::string_view key) const {
    [[maybe_unused]] const auto* setting = find_setting(key);
    assert(setting != nullptr && setting->kind == Kind::list);
    const auto value = values_.find(key);
    return value == values_.end() ? std::vector<std::string>{}
                                  : std::get<std::vector<std::string>>(value->second.value);
}

std::uint64_t Config::size(std::string_view key) const {
    return base::parse_bytes(text(key)).value();
}

std::uint32_t Config::number(std::string_view key) const {
    return base::parse_number(text(key)).value();
}

std::string Config::origin(std::string_view key) const {
    const auto value = values_.find(key);
    return value == values_.end() ? "default" : value->second.origin;
}

std::map<std::string, Value> Config::all() const {
    std::map<std::string, Value> all(values_.begin(), values_.end());
    if (!include_.path.empty())
        all["include"] = {(include_.is_on_cluster ? "cluster:" : "") + include_.path,
                          include_.origin};
    for (const auto& [name, value] : run_)
        all["run." + name] = value;
    for (const auto& [instance, options] : instances_)
        for (const auto& [name, value] : options)
            all[key_text({"instances", instance, name})] = value;
    return all;
}

void Config::set(std::string_view key, Value value) {
    const auto* setting = find_setting(key);
    assert(setting != nullptr);
    value.value = checked(*setting, value.value, value.origin);
    values_[std::string(key)] = std::move(value);
}

std::vector<std::string> Config::instances() const {
    std::vector<std::string> names;
    for (const auto& [name, options] : instances_)
        names.push_back(name);
    return names;
}

const SbatchOptions& Config::instance(const std::string& name) const {
    const auto found = instances_.find(name);
    if (found != instances_.end())
        return found->second;
    throw Error(Exit::configuration,
                fmt::format("unknown instance `{}`{}", name, base::suggestion(name, instances())))
        .context(base::join(advice_on_instance(name), "\n"))
        .hint(
            "`rdvc init project` defines it if your cluster's nodes have a feature with this name");
}

std::vector<std::string> Config::advice_on_instance(const std::string& name) const {
    std::vector<std::string> lines;
    if (text("run.instance") == name)
        lines.push_back(fmt::format("`run.instance` is set by {}", origin("run.instance")));
    const auto names = instances();
    lines.push_back(names.empty() ? "no instance is defined"
                                  : "defined are: " + base::join(names, ", "));
    lines.emplace_back("add this to ~/.config/rdvc/config.toml, with any other options of sbatch:");
    lines.push_back(fmt::format("  [instances.{}]", toml_string(name)));
    lines.push_back(fmt::format("  constraint = {}", toml_string(name)));
    return lines;
}

bool Config::has_cluster(const std::string& name) const {
    return std::find(clusters_.begin(), clusters_.end(), name) != clusters_.end();
}

void Config::read_include(const Entry& entry, const std::string& place, Whose whose) {
    constexpr std::string_view on_cluster = "cluster:";
    if (whose == Whose::project)
        throw not_theirs(place, "include", whose);
    if (whose != Whose::user)
        throw Error(Exit::configuration,
                    fmt::format("{}: an included file cannot include another one", place));
    const auto* text = std::get_if<std::string>(&entry.value);
    if (text == nullptr || text->empty() || *text == on_cluster)
        throw Error(Exit::configuration,
                    fmt::format("{}: `include` must be the path of a file, or `cluster:` and the "
                                "path of one there",
                                place));
    const bool is_on_cluster = text->starts_with(on_cluster);
    include_ = {is_on_cluster ? text->substr(on_cluster.size()) : *text, place, is_on_cluster};
    if (is_on_cluster && !include_.path.starts_with("/") && !include_.path.starts_with("~/"))
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` must start with / or ~/ on the cluster", include_.origin,
                                include_.path));
}

namespace {

// The tables that a file may have: those of all settings, and those with names of the user's.
std::vector<std::string> known_tables() {
    std::vector<std::string> tables = {"clusters", "instances"};
    for (const auto& setting : settings()) {
        const std::string table(setting.key.substr(0, setting.key.find('.')));
        if (std::find(tables.begin(), tables.end(), table) == tables.end())
            tables.push_back(table);
    }
    return tables;
}

} // namespace

void Config::read_entry(const Entry& entry, const std::string& place, Whose whose,
                        const std::string& cluster) {
    static const auto tables = known_tables();
    const std::string& table = entry.path.front();
    if (table == "include" && entry.path.size() == 1 && !entry.is_table)
        return read_include(entry, place, whose);
    if (std::find(tables.begin(), tables.end(), table) == tables.end())
        throw unknown(place, entry.path.size() == 1 && !entry.is_table ? "key" : "table", table,
                      tables);
    const bool named = table == "clusters" || table == "instances";
    if (entry.is_table) {
        if (!may_set(whose, SetBy::user) && table == "clusters")
            throw not_theirs(place, table, whose);
        if (table == "instances" && entry.path.size() == 2)
            instances_[entry.path[1]];
        if (table == "clusters" && entry.path.size() == 2)
            clusters_.push_back(entry.path[1]);
        if (entry.path.size() <= (named ? 2U : 1U))
            return;
    }
    if (entry.path.size() != (named ? 3U : 2U))
        throw Error(Exit::configuration,
                    fmt::format("{}: `{}` is not a setting", place, base::join(entry.path, ".")));
    const std::string& name = entry.path.back();
    const std::string key = (table == "clusters" ? "cluster" : table) + "." + name;
    const auto* setting = find_setting(key);
    const bool is_choice = key == "cluster.default"; // between them
    if (is_choice && table == "clusters")
        throw Error(Exit::configuration, fmt::format("{}: `default` belongs to [cluster]", place));
    if (setting == nullptr) {
        const std::string option = name == "cpus" ? "cpus-per-task" : name; // as in the first rdvc
        const bool sbatch =
            (table == "run" || table == "instances") && slurm::find_option(option) != nullptr;
        if (!sbatch)
            throw unknown(place, "key", name, known_keys(table == "clusters" ? "cluster" : table));
        add_sbatch_option(table == "run" ? run_ : instances_[entry.path[1]], option, entry.value,
                          place);
        return;
    }
    if (!may_set(whose, setting->set_by))
        throw not_theirs(place, key, whose);
    const auto value = checked(*setting, entry.value, place);
    const bool applies = table == "clusters" ? entry.path[1] == cluster
                                             : table != "cluster" || cluster.empty() || is_choice;
    if (applies)
        values_[key] = {value, place};
}

void Config::add_built_in(const BuiltIn& built_in, const std::string& cluster) {
    has_built_in_ = true;
    is_for_built_in_ = built_in.name == cluster;
    for (const auto& entry : parse_toml(built_in.layer, built_in.origin))
        read_entry(entry, built_in.origin, Whose::user, cluster);
}

void Config::read_layer(std::string_view text, const std::string& file, Whose whose,
                        const std::string& cluster) {
    for (const auto& entry : parse_toml(text, file))
        read_entry(entry, fmt::format("{}:{}", file, entry.line), whose, cluster);
}

namespace {

// A list may be written as in a file, or as words.
Scalar from_environment(const Setting& setting, const std::string& value,
                        const std::string& variable) {
    if (setting.kind != Kind::list || !value.starts_with("["))
        return value;
    const auto entries = parse_toml("value = " + value, variable);
    const auto entry =
        std::find_if(entries.begin(), entries.end(), [](const Entry& e) { return !e.is_table; });
    return entry == entries.end() ? Scalar(value) : entry->value;
}

} // namespace

void Config::read_environment(
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
    for (const auto& setting : settings()) {
        if (is_for_built_in_ && describes_one_cluster(setting.key))
            continue;
        const auto variable = environment_variable(setting.key);
        if (const auto value = environment(variable))
            values_[std::string(setting.key)] = {
                checked(setting, from_environment(setting, *value, variable), variable), variable};
    }
    for (const auto& option : slurm::options()) {
        const auto key = "run." + std::string(option.name);
        const auto variable = environment_variable(key);
        if (const auto value = environment(variable); value && find_setting(key) == nullptr)
            add_sbatch_option(run_, std::string(option.name), Scalar(*value), variable);
    }
}

namespace {

// `~/` is the home folder, and a relative path is relative to the file that names it.
std::filesystem::path path_of(const Include& include, const Sources& sources) {
    if (include.path.starts_with("~/"))
        return base::home_folder(sources.environment("HOME").value_or("")) / include.path.substr(2);
    return sources.user_file.parent_path() / include.path;
}

// The layer below the user's file. On the cluster, `[cluster]` is that cluster, whatever its name.
void read_included(Config& config, const Sources& sources, const Config& users) {
    const auto& include = users.included();
    if (include.is_on_cluster) {
        const auto text = sources.copy ? sources.copy(include.path, users) : std::nullopt;
        if (text)
            config.read_layer(*text, "cluster:" + include.path, Whose::cluster, "");
        return;
    }
    const auto file = path_of(include, sources);
    const auto text = base::read_file(file);
    if (!text)
        throw Error(Exit::configuration,
                    fmt::format("{}: the included file does not exist", include.origin))
            .context(file.string());
    config.read_layer(*text, file.string(), Whose::group, sources.cluster);
}

// Unless a layer has defined a cluster of that name.
void add_built_in(Config& config, const Sources& sources) {
    const auto& built_in = sources.built_in;
    if (built_in && (built_in->is_there || built_in->name == sources.cluster) &&
        !config.has_cluster(built_in->name))
        config.add_built_in(*built_in, sources.cluster);
}

// The layers, for the cluster that `sources` names.
Config read_layers(const Sources& sources) {
    Config config;
    config.set_cluster(sources.cluster);
    const auto users_text = base::read_file(sources.user_file);
    if (users_text) {
        Config users;
        users.read_layer(*users_text, sources.user_file.string(), Whose::user, sources.cluster);
        if (!users.included().path.empty()) {
            add_built_in(users, sources);
            users.read_environment(sources.environment);
            read_included(config, sources, users);
        }
        config.read_layer(*users_text, sources.user_file.string(), Whose::user, sources.cluster);
    }
    if (const auto text = base::read_file(sources.project_file))
        config.read_layer(*text, sources.project_file.string(), Whose::project, sources.cluster);
    add_built_in(config, sources);
    config.read_environment(sources.environment);
    return config;
}

// `origin`: what names it; "" for --cluster.
void require_cluster(const Config& config, const Sources& sources, const std::string& name,
                     const std::string& origin) {
    if (config.has_cluster(name))
        return;
    auto candidates = config.clusters();
    if (sources.built_in && !config.has_cluster(sources.built_in->name))
        candidates.push_back(sources.built_in->name);
    Error error(Exit::configuration,
                fmt::format("unknown cluster `{}`{}", name, base::suggestion(name, candidates)));
    if (!origin.empty())
        error.context(fmt::format("`cluster.default` is set by {}", origin));
    throw error.hint(fmt::format(
        "define it as [clusters.{}] in ~/.config/rdvc/config.toml{}", name,
        origin.empty() ? "" : ", or use [cluster] with RDVC_CLUSTER_DEFAULT= in the environment"));
}

// True if nothing but `built_in` is configured, and nobody has asked for [cluster].
bool is_only_cluster(const Config& config, const std::optional<BuiltIn>& built_in) {
    return built_in && built_in->is_there && config.text("cluster.host").empty() &&
           config.origin("cluster.default") == "default" && config.has_built_in() &&
           config.clusters().size() == 1;
}

} // namespace

Config load(const Sources& sources) {
    auto config = read_layers(sources);
    if (!sources.cluster.empty())
        require_cluster(config, sources, sources.cluster, "");
    if (!sources.cluster.empty() || sources.default_cluster == DefaultCluster::ignored)
        return config;
    auto chosen = sources;
    chosen.cluster = config.text("cluster.default");
    if (chosen.cluster.empty() && is_only_cluster(config, sources.built_in))
        chosen.cluster = sources.built_in->name;
    if (chosen.cluster.empty())
        return config;
    auto read = read_layers(chosen);
    require_cluster(read, sources, chosen.cluster, config.origin("cluster.default"));
    return read;
}

} // namespace rdvc::config
