// This machine's part of `rdvc doctor`: programs and configuration.

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "checks/checks.hpp"
#include "remote/included.hpp"

namespace rdvc::checks {

namespace {

// A program's version output, in one line; nothing if the program is missing.
std::optional<std::string> ask_version(world::World& world, const base::Command& command) {
    try {
        const auto result = world.runner.run(command);
        const auto lines = base::lines(result.out + result.err); // ssh prints it on standard error
        if (result.status == 0)
            return lines.empty() ? "" : base::trim(lines.front());
    } catch (const base::Error&) { // it cannot be started
    }
    return std::nullopt;
}

Check check_program(world::World& world, const std::string& name, const std::string& option,
                    Level level, const std::string& advice) {
    const auto version = ask_version(world, {.argv = {name, option}});
    return version ? Check{Level::ok, name, version->substr(0, version->find(','))}
                   : Check{level, name, "not found", advice};
}

Check check_dvc(world::World& world) {
    const auto version = ask_version(world, {.argv = {"dvc", "--version"}});
    if (!version)
        return {Level::warning, "dvc", "not found",
                "`rdvc pull` needs it to bring data: activate your project's environment"};
    auto check = check_version("dvc", *version, {3, 0}, Level::warning, "`rdvc pull` needs 3.0");
    if (check.level == Level::ok)
        check = check_version("dvc", *version, {3, 65}, Level::warning,
                              "it works; 3.65 or newer is recommended");
    return check;
}

Check check_setting(const config::Config& config, const std::string& key) {
    return {Level::ok, key, fmt::format("{} ({})", config.text(key), config.origin(key))};
}

Check check_instance(const config::Config& config) {
    const auto name = config.text("run.instance");
    const auto names = config.instances();
    if (std::find(names.begin(), names.end(), name) != names.end())
        return check_setting(config, "run.instance");
    return {Level::error, "run.instance", fmt::format("nothing defines `{}`", name),
            base::join(config.advice_on_instance(name), "\n")};
}

Check check_included(const world::World& world, const config::Config& config) {
    const auto& include = config.included();
    const auto found = fmt::format("{}{} ({})", include.is_on_cluster ? "cluster:" : "",
                                   include.path, include.origin);
    if (include.is_on_cluster && !remote::copy_of_included(world, config, include.path))
        return {Level::warning, "include", found + ": this machine has no copy of it yet",
                "`rdvc run` and `rdvc init remote` get one"};
    return {Level::ok, "include", found};
}

} // namespace

Checks check_laptop(world::World& world, const Place& place) {
    Checks checks = {
        check_program(world, "git", "--version", Level::error, "install git"),
        check_program(world, "ssh", "-V", Level::error, "install OpenSSH's client"),
        check_program(
            world, "rsync", "--version", Level::warning,
            "tar is used for the outputs of commands; it cannot continue an interrupted transfer"),
        check_dvc(world)};
    if (!place.config.included().path.empty())
        checks.push_back(check_included(world, place.config));
    if (place.config.text("cluster.host").empty()) {
        checks.push_back(
            {Level::warning, "cluster.host", "no cluster is configured", "rdvc init global"});
    } else {
        checks.push_back(check_setting(place.config, "cluster.host"));
        checks.push_back(check_setting(place.config, "cluster.dir"));
        if (!place.config.text("cluster.cache").empty())
            checks.push_back(check_setting(place.config, "cluster.cache"));
    }
    if (!place.config.text("run.instance").empty())
        checks.push_back(check_instance(place.config));
    return checks;
}

} // namespace rdvc::checks
