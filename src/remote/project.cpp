#include "remote/project.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "project/dvc.hpp"
#include "project/guarded_git.hpp"
#include "remote/cluster.hpp"
#include "remote/included.hpp"
#include "sandbox/place.hpp"
#include "submission/mirror.hpp"
#include "submission/outputs.hpp"

namespace rdvc::remote {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

config::Config load_config(const world::World& world, const fs::path& project_file,
                           const std::string& cluster, config::DefaultCluster default_cluster) {
    return config::load(
        {.user_file = world.user_config(),
         .project_file = project_file,
         .environment = world.environment,
         .cluster = cluster,
         .copy = [&](const std::string& path,
                     const config::Config& users) { return copy_of_included(world, users, path); },
         .default_cluster = default_cluster,
         .built_in = sandbox::as_cluster(world)});
}

project::Repository open_repository(world::World& world) {
    const auto embedded = world.variable("GIT_DIR").empty()
                              ? project::embedded_repository(world.folder)
                              : std::filesystem::path();
    if (!embedded.empty())
        throw Error(Exit::not_ready, "Git sees this folder as a bare repository")
            .context(embedded.string())
            .hint("rdvc works only in a work tree, and does not obey settings of a repository "
                  "inside a project");
    const auto repository = project::find_repository(world.runner, world.folder);
    for (auto folder = world.folder; !repository; folder = folder.parent_path()) {
        if (std::filesystem::exists(folder / ".git" / "objects"))
            throw Error(Exit::not_ready, "Git does not recognise this repository")
                .context((folder / ".git").string())
                .hint("is `.git/HEAD` damaged? It is one line, such as `ref: refs/heads/main`");
        if (folder == folder.parent_path())
            break;
    }
    if (!repository)
        throw Error(Exit::not_ready, "this is not a Git repository")
            .context(world.folder.string())
            .hint("go to your project's folder, or create one with `git init` and `dvc init`");
    return *repository;
}

namespace {

void find_folders(world::World& world, Project& project) {
    project.repository = open_repository(world);
    const auto& [top, prefix, shallow] = project.repository;
    const auto dvc_project = project::find_dvc_project(prefix.empty() ? top : top / prefix, top);
    project.has_dvc = dvc_project.has_value();
    project.dvc_project = dvc_project.value_or(top);
}

} // namespace

fs::path settings_file(world::World& world) {
    Project project;
    find_folders(world, project);
    return project.config_file();
}

Project open_project(world::World& world, const std::string& cluster) {
    Project project;
    find_folders(world, project);
    const auto& top = project.repository.top;
    project.config = load_config(world, project.config_file(), cluster);
    project.cluster = project.config.cluster();
    if (!project.config.text("cluster.host").empty())
        Cluster(world, project.config).start_question();
    project.origin_url = project::without_password(
        project::read_setting(world.runner, project.repository, "remote.origin.url"));
    std::string name = project.config.text("project.name");
    if (name.empty())
        name = project::name_in_url(project.origin_url);
    if (name.empty())
        name = top.filename().string();
    project.repo_name = base::file_name(name);
    const auto id = project.config.text("project.id");
    std::string root;
    if (id.empty() && project.origin_url.empty() &&
        project::has_ref(world.runner, project.repository, "HEAD"))
        root = project::root_commit(world.runner, project.repository);
    project.mirror = submission::mirror_name(project.repo_name, id, project.origin_url, root);
    return project;
}

void require_dvc(const Project& project) {
    const auto& [top, prefix, shallow] = project.repository;
    if (!project.has_dvc)
        throw Error(Exit::not_ready, "this is not a DVC project")
            .context(fmt::format("neither `{}` nor a folder above it contains `.dvc`",
                                 (prefix.empty() ? top : top / prefix).string()))
            .hint("dvc init; or, for a program of your own, `rdvc run --cmd -- COMMAND`");
}

std::string setup_command(const Project& project) {
    auto configured = project.config.text("env.setup");
    return configured.empty() ? project::default_setup(project.dvc_project) : configured;
}

config::Config open_user_config(world::World& world, const std::string& cluster) {
    return load_config(world, {}, cluster);
}

std::vector<std::string> declared_outputs(const Project& project,
                                          const std::vector<std::string>& typed) {
    const auto& [top, prefix, shallow] = project.repository;
    if (!typed.empty())
        return submission::output_folders({top, prefix, "`--output`"}, typed);
    const auto below = project.dvc_project.lexically_relative(top);
    return submission::output_folders(
        {top, below == "." ? fs::path() : below, project.config.origin("run.output")},
        project.config.list("run.output"));
}

} // namespace rdvc::remote
