// `rdvc cluster list|use`: the clusters of the configuration, and which counts by default.

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/project.hpp"
#include "sandbox/place.hpp"
#include "wizard/settings_file.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// The project's file of settings; "" outside of a Git repository.
std::filesystem::path project_file(world::World& world) {
    return project::find_repository(world.runner, world.folder) ? remote::settings_file(world)
                                                                : std::filesystem::path();
}

struct Row {
    std::string name; ///< "" for [cluster]
    std::string host;
    std::string username;
    std::string origin; ///< of the host
    bool is_default = false;
};

std::vector<Row> rows_of(world::World& world) {
    const auto file = project_file(world);
    const auto plain = remote::load_config(world, file, "", config::DefaultCluster::ignored);
    const auto chosen = plain.text("cluster.default");
    std::vector<std::string> names = plain.clusters();
    if (!plain.text("cluster.host").empty() || names.empty())
        names.insert(names.begin(), "");
    std::vector<Row> rows;
    for (const auto& name : names) {
        const auto config = name.empty() ? plain : remote::load_config(world, file, name);
        rows.push_back({name, config.text("cluster.host"), config.text("cluster.username"),
                        config.origin("cluster.host"), name == chosen});
    }
    return rows;
}

std::string to_json(const std::vector<Row>& rows) {
    nlohmann::json clusters = nlohmann::json::array();
    for (const auto& row : rows)
        clusters.push_back({{"name", row.name},
                            {"host", row.host},
                            {"username", row.username},
                            {"origin", row.origin},
                            {"default", row.is_default}});
    return nlohmann::json{{"version", 1}, {"clusters", clusters}}.dump(
               2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
}

Exit list_clusters(world::World& world, const Words& words) {
    bool json = false;
    cli::Options options("cluster list", "Lists the clusters of the configuration.");
    options.flag("--json", json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto rows = rows_of(world);
    if (json) {
        world.console.data(to_json(rows));
        return Exit::done;
    }
    if (rows.size() == 1 && rows.front().host.empty()) {
        world.console.note("no cluster is configured; next:  rdvc init global");
        return Exit::done;
    }
    std::vector<std::vector<std::string>> table = {{"CLUSTER", "HOST", "USER", "SET BY"}};
    for (const auto& row : rows)
        table.push_back({(row.name.empty() ? "[cluster]" : row.name) + (row.is_default ? "*" : ""),
                         row.host.empty() ? "(no host)" : row.host, row.username, row.origin});
    world.console.data(base::columns(table));
    return Exit::done;
}

Exit use(world::World& world, const Words& words) {
    std::string name;
    bool global = false;
    cli::Options options("cluster use", "Makes a cluster the default of this project.");
    options.word("CLUSTER", name, "NAME of a [clusters.NAME]")
        .flag("--global", global, "of all projects that name none: ~/.config/rdvc/config.toml");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto file_of_project = global ? std::filesystem::path() : remote::settings_file(world);
    if (name.empty())
        throw Error(Exit::usage, "`rdvc cluster use` needs the name of a cluster")
            .hint("rdvc cluster list");
    const auto plain = remote::load_config(
        world, file_of_project, name == sandbox::name ? name : "", config::DefaultCluster::ignored);
    if (!plain.has_cluster(name))
        throw Error(Exit::usage, fmt::format("no [clusters.{}] is defined{}", name,
                                             base::suggestion(name, plain.clusters())))
            .context(plain.clusters().empty()
                         ? ""
                         : "defined are: " + base::join(plain.clusters(), ", "))
            .hint(fmt::format("rdvc config set clusters.{}.host HOST", name));
    auto file = global ? wizard::user_settings(world) : wizard::project_settings(file_of_project);
    file.set({"cluster", "default"}, name);
    file.save();
    world.console.note(
        fmt::format("{}: cluster.default = {}", file.path().string(), config::toml_string(name)));
    if (const auto now = remote::load_config(world, project_file(world), ""); now.cluster() != name)
        world.console.warn(fmt::format("{} sets `cluster.default` to {}, which counts here",
                                       now.origin("cluster.default"),
                                       config::toml_string(now.cluster())));
    return Exit::done;
}

} // namespace

Exit cluster(world::World& world, const Words& words) {
    return dispatch_group(
        world, "cluster",
        {{"list", "those of the configuration, with their hosts", list_clusters},
         {"use", "make one the default of this project; --global: of all projects", use}},
        words);
}

} // namespace rdvc::commands
