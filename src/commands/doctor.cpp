// `rdvc doctor`: what exists, what is wrong, and how to fix it.

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "checks/checks.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;
using checks::Check;
using checks::Checks;
using checks::Level;

namespace {

void print(const world::Console& console, const std::string& title, const Checks& checks) {
    std::string text = title + "\n";
    for (const auto& check : checks) {
        text += base::printable(fmt::format("  {:<8} {:<15} {}", checks::word_of(check.level),
                                            check.name, check.found)) +
                "\n";
        for (const auto& line : base::lines(check.advice))
            text += fmt::format("{:27}{}\n", "", base::printable(line));
    }
    console.data(text);
}

nlohmann::json to_json(const Checks& checks) {
    nlohmann::json all = nlohmann::json::array();
    for (const auto& check : checks)
        all.push_back({{"level", checks::word_of(check.level)},
                       {"check", check.name},
                       {"found", check.found},
                       {"advice", check.advice}});
    return all;
}

// Uses the project's configuration, if in a project. Throws Error (configuration).
checks::Place look_around(world::World& world, const std::string& cluster) {
    checks::Place place;
    try {
        place.project = remote::open_project(world, cluster);
        place.config = place.project->config;
    } catch (const Error& error) {
        if (error.code() != Exit::not_ready)
            throw;
        place.no_project = error.what();
        place.config = remote::open_user_config(world, cluster);
    }
    return place;
}

} // namespace

Exit doctor(world::World& world, const Words& words) {
    std::string cluster_name;
    bool deep = false;
    bool json = false;
    bool report = false;
    cli::Options options("doctor",
                         "Checks this machine, the cluster, and the connection between them.");
    options
        .flag("--deep", deep,
              "also run a small job that checks a compute node; waits up to 2 minutes for it")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME")
        .flag("--report", report, "as text for a bug report, without names and paths")
        .flag("--json", json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto place = look_around(world, cluster_name);
    std::vector<std::pair<std::string, Checks>> parts;
    Checks all;
    const auto add = [&](const std::string& title, const std::string& more, const Checks& checks) {
        if (!json && !report)
            print(world.console, (all.empty() ? "" : "\n") + title + more, checks);
        parts.emplace_back(title, checks);
        all.insert(all.end(), checks.begin(), checks.end());
    };
    add("this machine", "", checks::check_laptop(world, place));
    add("project", "", checks::check_project(world, place));
    if (const auto host = place.config.text("cluster.host"); !host.empty())
        add("cluster", " " + host, checks::check_cluster(world, place, deep));
    if (report)
        world.console.data(checks::report(parts, checks::private_names(world, place)));
    if (json)
        world.console.data(
            to_json(all).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    const bool good = std::none_of(all.begin(), all.end(),
                                   [](const Check& check) { return check.level == Level::error; });
    return good ? Exit::done : Exit::not_ready;
}

} // namespace rdvc::commands
