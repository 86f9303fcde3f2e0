// The laptop's part of `rdvc doctor`.

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "base/text.hpp"
#include "checks/checks.hpp"
#include "data/cache.hpp"
#include "project/dvc.hpp"
#include "project/dvc_remote.hpp"
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

// Only names: values may be secrets.
Check check_local_settings(const std::filesystem::path& dvc_project) {
    const auto keys = project::local_settings(dvc_project);
    if (keys.empty())
        return {Level::ok, "config.local", "has nothing that a job would need"};
    return {Level::warning, "config.local",
            fmt::format("a job does not have {}", base::join(keys, ", ")),
            "`.dvc/config.local` stays on this machine. What jobs need belongs in `.dvc/config`,\n"
            "credentials in ~/.config/dvc/config on the cluster"};
}

// None if there is nothing to say.
std::optional<Check> check_remote(const std::filesystem::path& dvc_project) {
    const auto url =
        project::default_remote_url(project::read_config(dvc_project / ".dvc" / "config"));
    if (!url || !project::is_path(*url))
        return std::nullopt;
    return Check{
        Level::warning, "DVC's remote", fmt::format("`{}` is a path on this machine", *url),
        "jobs use it only if the cluster has that folder, too (run.data = \"remote\" says so);\n"
        "otherwise data travels over SSH, and `dvc push` here copies it to the remote"};
}

Check check_cache(const world::World& world, const std::filesystem::path& dvc_project) {
    auto folder = data::cache_dir(dvc_project, world.environment);
    std::error_code error;
    while (!std::filesystem::exists(folder, error) && folder.has_relative_path())
        folder = folder.parent_path();
    const auto space = std::filesystem::space(folder, error);
    if (error)
        return {Level::warning, "DVC's cache",
                fmt::format("{}: {}", folder.string(), error.message()), "check cache.dir"};
    return check_space("DVC's cache", folder.string(), space.available);
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
    if (!place.project) {
        checks.push_back({Level::ok, "project", "none: " + place.no_project});
        return checks;
    }
    const auto& folder = place.project->dvc_project;
    checks.push_back(
        {Level::ok, "project", fmt::format("{} in {}", place.project->repo_name, folder.string())});
    checks.push_back(check_local_settings(folder));
    if (auto check = check_remote(folder))
        checks.push_back(std::move(*check));
    checks.push_back(check_cache(world, folder));
    return checks;
}

} // namespace rdvc::checks
