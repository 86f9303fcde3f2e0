// The project's part of `rdvc doctor`: what its jobs will find.

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "base/text.hpp"
#include "checks/checks.hpp"
#include "data/cache.hpp"
#include "project/dvc.hpp"
#include "project/dvc_remote.hpp"
#include "project/setups.hpp"

namespace rdvc::checks {

namespace {

bool exists(const std::filesystem::path& folder, const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& name) { return std::filesystem::exists(folder / name); });
}

Check check_setup(const remote::Project& project) {
    const auto& folder = project.dvc_project;
    const auto setup = remote::setup_command(project);
    if (setup.empty())
        return {Level::warning, "setup", "the project has no setup command",
                "jobs use what ~/.bashrc there activates; `rdvc init project` suggests a command"};
    const bool is_default = project.config.text("env.setup").empty();
    const auto found =
        setup + (is_default ? "" : fmt::format(" ({})", project.config.origin("env.setup")));
    if (const auto script = project::missing_script(setup, folder))
        return {Level::error, "setup", fmt::format("`{}` does not exist", *script),
                "write it, or set env.setup"};
    const auto costs = project::costs_of_setup(setup, project::reader_of(folder));
    if (costs.empty())
        return {Level::ok, "setup", found};
    return {Level::warning, "setup", found, base::join(costs, "\n")};
}

// What pins the versions of packages; nothing for a project without any.
std::optional<Check> check_lock_file(const std::filesystem::path& folder) {
    for (const auto& name : {"uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "conda-lock.yml"})
        if (exists(folder, {name}))
            return Check{Level::ok, "lock file", name};
    if (!exists(folder, {"pyproject.toml", "setup.py", "requirements.txt", "environment.yml",
                         "environment.yaml"}))
        return std::nullopt;
    if (const auto pins = project::reader_of(folder)("requirements.txt");
        pins && pins->find("==") != std::string::npos)
        return Check{Level::ok, "lock file", "requirements.txt, with versions"};
    return Check{Level::warning, "lock file", "none",
                 "an environment that is built later may get other versions of its packages;\n"
                 "`uv lock`, or a requirements.txt of `pip freeze`, keeps them"};
}

Check check_remote(const remote::Project& project) {
    const auto data = project.config.text("run.data");
    const auto url =
        project::default_remote_url(project::read_config(project.dvc_project / ".dvc" / "config"));
    if (!url)
        return {data == "remote" ? Level::error : Level::ok, "DVC's remote",
                "none: data travels over SSH",
                data == "remote" ? "run.data is \"remote\": `dvc remote add`, or unset it" : ""};
    if (project::is_path(*url) && data != "remote")
        return {
            Level::warning, "DVC's remote", fmt::format("`{}` is a path on this machine", *url),
            "jobs use it only if the cluster has that folder, too (run.data = \"remote\" says "
            "so);\notherwise data travels over SSH, and `dvc push` here copies it to the remote"};
    return {Level::ok, "DVC's remote", fmt::format("{} (run.data = {})", *url, data)};
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

Checks check_project(const world::World& world, const Place& place) {
    if (!place.project)
        return {{Level::ok, "project", "none: " + place.no_project}};
    const auto& project = *place.project;
    const auto& folder = project.dvc_project;
    Checks checks = {
        {Level::ok, "project", fmt::format("{} in {}", project.repo_name, folder.string())},
        check_setup(project)};
    if (auto check = check_lock_file(folder))
        checks.push_back(std::move(*check));
    checks.push_back(check_local_settings(folder));
    checks.push_back(check_remote(project));
    checks.push_back(check_cache(world, folder));
    return checks;
}

} // namespace rdvc::checks
