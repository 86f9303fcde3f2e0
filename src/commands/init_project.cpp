// `rdvc init project`: the defaults of this project's runs, for everybody who clones it.

#include <algorithm>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/init_environment.hpp"
#include "commands/init_instance.hpp"
#include "commands/wizard.hpp"
#include "project/dvc.hpp"
#include "remote/cluster.hpp"
#include "remote/identity.hpp"
#include "remote/project.hpp"
#include "submission/mirror.hpp"
#include "submission/token.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

std::string unknown_instance(const std::string& name, const std::vector<std::string>& names) {
    const auto known = names.empty() ? "no instance is defined, and no cluster has suggested one"
                                     : "known are " + base::join(names, ", ");
    const auto meant = base::suggestion(name, names);
    return fmt::format("unknown instance `{}`{}", name, meant.empty() ? "; " + known : meant);
}

// Every clone without an id has the same digits already, so that other laptops' submissions stay
// in the list too.
std::string new_id(world::World& world, const remote::Project& project,
                   const submission::MirrorParts& until_now) {
    const bool told_apart =
        !project.origin_url.empty() || project::has_ref(world.runner, project.repository, "HEAD");
    return told_apart ? submission::id_with(until_now.digits) : submission::make_token();
}

} // namespace

Exit init_project(world::World& world, const Words& words) {
    std::string instance;
    std::string wckey;
    EnvironmentAnswers environment;
    std::string name;
    bool yes = false;
    cli::Options options("init project", "Defaults of this project's runs -> .rdvc/config.toml.");
    options.text("--instance", instance, "instance to use if `rdvc run` gets none", "NAME")
        .text("--wckey", wckey,
              "SLURM's workload characterisation key; \"\" for sites that refuse unknown ones",
              "WCKEY")
        .text("--setup", environment.setup, "command that builds the environment", "COMMAND")
        .text("--activate", environment.activate, "shell code that activates it", "CODE")
        .text("--name", name, "name of the project; default: the repository's", "NAME")
        .flag("-y,--yes", yes, "ask nothing; keep the current values");
    if (!options.parse(words, world.console))
        return Exit::done;

    const remote::Project project = remote::open_project(world, "");
    const auto& config = project.config;
    const auto current_instance = config.text("run.instance");
    const auto defined = config.instances();
    const auto is_defined = [&](const std::string& one) {
        return one.empty() || std::find(defined.begin(), defined.end(), one) != defined.end();
    };
    // Asks the cluster only if its answer can matter.
    const bool ask_cluster =
        !yes || !is_defined(options.given("--instance") ? base::trim(instance) : current_instance);
    const auto offers = ask_cluster ? cluster_offers(world, config) : std::vector<slurm::Offer>{};
    const auto names = instance_names(config, offers);
    const auto key = config.run_options().find("wckey");
    const std::string current_key = key == config.run_options().end() ? project.repo_name
                                    : std::holds_alternative<bool>(key->second.value)
                                        ? ""
                                        : std::get<std::string>(key->second.value);
    const Questions questions(world, options, yes);
    const auto anything = [](const std::string&) { return std::string(); };
    questions.answer("--instance",
                     "Default instance, a named set of sbatch options" +
                         (names.empty() ? std::string(" (none is defined yet; -: none)")
                                        : " (" + base::join(names, ", ") + "; -: none)"),
                     instance, current_instance, [&](const std::string& value) {
                         const bool known =
                             value.empty() || value == current_instance ||
                             std::find(names.begin(), names.end(), value) != names.end();
                         return known ? "" : unknown_instance(value, names);
                     });
    questions.answer("--wckey", "WCKey, SLURM's label for accounting (-: none)", wckey, current_key,
                     anything);
    answer_environment(world, project, questions, environment);
    const auto mirror = remote::earlier_mirror(world, project).value_or(project.mirror);
    const auto until_now = submission::parts_of(mirror);
    if (!options.given("--name"))
        name = config.text("project.name").empty() ? until_now.name : config.text("project.name");

    if (const auto sent = remote::submissions_to(world, mirror);
        sent > 0 && base::file_name(name) != until_now.name)
        world.console.warn(fmt::format(
            "{} of this project will not be listed under the new name: until now it was `{}`",
            base::count(sent, "submission"), until_now.name));
    // A link that came with the project could lead to any of the user's files.
    for (const auto& path : {project.config_file().parent_path(), project.config_file()})
        if (std::filesystem::is_symlink(std::filesystem::symlink_status(path)))
            throw base::Error(base::Exit::not_ready,
                              fmt::format("{} is a symbolic link; rdvc does not write through it",
                                          path.string()));
    SettingsFile file(project.config_file(),
                      "# rdvc's settings for this project; commit this file");
    if (config.text("project.id").empty())
        file.set({"project", "id"}, new_id(world, project, until_now));
    if (name != config.text("project.name"))
        file.set({"project", "name"}, name);
    if (instance != current_instance)
        file.set({"run", "instance"}, instance);
    if (key == config.run_options().end() || wckey != current_key)
        file.set({"run", "wckey"}, wckey);
    write_environment(config, environment, file);
    define_instance(world, config, offers, instance, questions, file);
    if (file.save()) {
        world.console.note("wrote " + file.path().string());
        world.console.note("commit it, so that every clone is the same project:");
        world.console.note(fmt::format(
            "  git add {0} && git commit -m 'Configure rdvc' -- {0}",
            base::quote(file.path().lexically_relative(world.folder).generic_string())));
    } else {
        world.console.note("nothing to change in " + file.path().string());
    }
    warn_of_missing_data(world, project);
    const auto remote = "remote." + project.remote_name() + ".url";
    const bool has_remote =
        !project::read_setting(world.runner, project.repository, remote).empty();
    world.console.note(fmt::format("next:  rdvc {}", config.text("cluster.host").empty()
                                                         ? "init global"
                                                     : has_remote ? "run"
                                                                  : "init remote"));
    return Exit::done;
}

} // namespace rdvc::commands
