// `rdvc init remote`: folders on the cluster, checks of what is there, the Git remote.

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/cluster.hpp"
#include "remote/included.hpp"
#include "remote/limits.hpp"
#include "remote/project.hpp"
#include "wizard/instance.hpp"
#include "wizard/settings_file.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

using Findings = std::map<std::string, std::string>;

Findings probe(world::World& world, const config::Config& config, const std::string& mirror) {
    remote::Cluster cluster(world, config);
    script::Variables variables;
    variables.words = {{"mirror", mirror}};
    Findings findings;
    remote::LimitsListener listener;
    cluster.ask("probe", variables, [&](const transport::Frame& frame) {
        listener.take(frame);
        findings[frame.verb] = frame.rest;
    });
    listener.keep(cluster);
    for (const auto& [what, words] : listener.limits().silent)
        findings["silent " + what] = words;
    return findings;
}

bool has_programs(const Findings& findings) {
    return findings.contains("git") && findings.contains("sbatch");
}

void add_git_remote(world::World& world, const remote::Project& project, const std::string& url) {
    const auto git = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"git", "-C", project.repository.top.string()});
        const auto result = world.runner.run({.argv = arguments, .effect = base::Effect::changes});
        if (result.status != 0)
            throw Error(Exit::failed, "git could not set the remote").context(result.err);
    };
    const auto name = project.remote_name();
    const auto key = "remote." + name + ".url";
    const auto current = project::read_setting(world.runner, project.repository, key);
    if (current.empty())
        git({"remote", "add", name, url});
    else if (current != url)
        git({"remote", "set-url", name, url});
    git({"config", "remote." + name + ".skipFetchAll", "true"});
    world.console.note(fmt::format("Git remote {:<7} {}", name, url));
}

} // namespace

Exit init_remote(world::World& world, const Words& words) {
    std::string dir;
    std::string cluster_name;
    bool yes = false;
    cli::Options options(
        "init remote",
        "Creates folders on the cluster, checks what is there, and sets the Git remote `rdvc`.");
    options.text("--dir", dir, "rdvc's folder on the cluster", "FOLDER")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME")
        .flag("-y,--yes", yes, "ask nothing; keep the current values");
    if (!options.parse(words, world.console))
        return Exit::done;

    remote::Project project = remote::open_project(world, cluster_name);
    auto& config = project.config;
    remote::Cluster cluster(world, config); // no host: said before anything is asked
    const auto path = [&](const std::string& key) {
        return project.cluster.empty() ? std::vector<std::string>{"cluster", key}
                                       : std::vector<std::string>{"clusters", project.cluster, key};
    };
    if (!options.given("--dir"))
        dir = yes ? config.text("cluster.dir")
                  : world.ask("rdvc's folder on the cluster", config.text("cluster.dir"));

    auto file = wizard::user_settings(world);
    if (dir != config.text("cluster.dir")) {
        config.set("cluster.dir", {dir, "--dir"});
        file.set(path("dir"), dir);
    }
    auto findings = probe(world, config, project.mirror);
    if (!has_programs(findings) && !config.flag("cluster.login_shell")) {
        config.set("cluster.login_shell", {true, "probe"});
        findings = probe(world, config, project.mirror);
        if (has_programs(findings)) {
            world.console.note(
                "only a login shell finds sbatch and git there: cluster.login_shell = true");
            file.set_source(path("login_shell"), "true");
        }
    }
    world.console.note(fmt::format("bash              {}", findings["bash"]));
    for (const std::string program : {"git", "sbatch"}) {
        if (!findings.contains(program))
            throw Error(Exit::not_ready, fmt::format("`{}` has no `{}`", cluster.name(), program))
                .context("neither `bash -s` nor `bash -l -s` finds it")
                .hint("if a module has it: cluster.prepare = \"module load slurm\" in " +
                      world.user_config().string());
        world.console.note(fmt::format("{:<17} {}", program, findings[program]));
    }
    if (config.included().is_on_cluster) {
        remote::Cluster there(world, config); // with the folder and shell that were just found
        remote::refresh_included(world, config, there, remote::Refresh::now);
        world.console.note(fmt::format("included          {}", config.included().path));
    }
    if (findings.contains("silent nodes"))
        world.console.warn("sinfo does not answer: " + findings["silent nodes"]);
    world.console.note(fmt::format("folder            {}", findings["dir"]));
    if (file.save())
        world.console.note("wrote " + file.path().string());
    add_git_remote(world, project, cluster.url(findings["mirror"]));
    wizard::warn_of_undefined_instance(world, config);
    world.console.note("next:  rdvc run    (and `dvc exp pull " + project.remote_name() +
                       "` or `rdvc pull` for the result)");
    return Exit::done;
}

} // namespace rdvc::commands
