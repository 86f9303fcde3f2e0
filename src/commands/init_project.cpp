// `rdvc init project`: the defaults for runs of this project, shared by everybody who clones it.

#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "project/dvc.hpp"
#include "remote/cluster.hpp"
#include "remote/identity.hpp"
#include "remote/project.hpp"
#include "submission/mirror.hpp"
#include "submission/token.hpp"
#include "wizard/environment.hpp"
#include "wizard/instance.hpp"
#include "wizard/questions.hpp"
#include "wizard/settings_file.hpp"

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

// The digits are those that every clone without an id already uses, so that submissions of other
// laptops stay in the list, too.
std::string new_id(world::World& world, const remote::Project& project,
                   const submission::MirrorParts& until_now) {
    const bool told_apart =
        !project.origin_url.empty() || project::has_ref(world.runner, project.repository, "HEAD");
    return told_apart ? submission::id_with(until_now.digits) : submission::make_token();
}

// Answers from options, the configuration, or the user.
struct Answers {
    std::string instance;
    std::string wckey;
    wizard::EnvironmentAnswers environment;
    std::string name;
    bool yes = false;
};

void add_options(cli::Options& options, Answers& answers) {
    options.text("--instance", answers.instance, "instance to use if `rdvc run` gets none", "NAME")
        .text("--wckey", answers.wckey,
              "SLURM's workload characterisation key; \"\" for sites that refuse unknown ones",
              "WCKEY")
        .text("--setup", answers.environment.setup, "command that builds the environment",
              "COMMAND")
        .text("--activate", answers.environment.activate, "shell code that activates it", "CODE")
        .text("--name", answers.name, "name of the project; default: the repository's", "NAME")
        .flag("--script", answers.environment.script, "write the setup command to ./init_env.sh")
        .flag("--dvc", answers.environment.dvc,
              "make it a DVC project, as `dvc init` does, if it is not one yet")
        .flag("-y,--yes", answers.yes, "ask nothing; keep the current values");
}

// The cluster's offers; asks the cluster only if the answer can matter.
std::vector<slurm::Offer> offers_if_needed(world::World& world, const config::Config& config,
                                           const cli::Options& options, const Answers& answers) {
    const auto instance =
        options.given("--instance") ? base::trim(answers.instance) : config.text("run.instance");
    const auto defined = config.instances();
    const bool is_defined =
        instance.empty() || std::find(defined.begin(), defined.end(), instance) != defined.end();
    return !answers.yes || !is_defined ? wizard::cluster_offers(world, config)
                                       : std::vector<slurm::Offer>{};
}

// The WCKey of this project's runs until now; nothing if none is configured.
std::optional<std::string> configured_wckey(const config::Config& config) {
    const auto key = config.run_options().find("wckey");
    if (key == config.run_options().end())
        return std::nullopt;
    const auto* text = std::get_if<std::string>(&key->second.value);
    return text == nullptr ? "" : *text;
}

void answer_instance(const config::Config& config, const std::vector<std::string>& names,
                     const wizard::Questions& questions, std::string& instance) {
    const auto current = config.text("run.instance");
    const auto known = names.empty() ? std::string(" (none is defined yet; -: none)")
                                     : " (" + base::join(names, ", ") + "; -: none)";
    questions.answer("--instance", "Default instance, a named set of sbatch options" + known,
                     instance, current, [&](const std::string& value) {
                         const bool is_known =
                             value.empty() || value == current ||
                             std::find(names.begin(), names.end(), value) != names.end();
                         return is_known ? "" : unknown_instance(value, names);
                     });
}

// A link that came with the project could lead to any of the user's files.
// Asks for the name under which the project's submissions are listed.
void answer_name(world::World& world, const remote::Project& project,
                 const wizard::Questions& questions, const std::string& mirror, std::string& name) {
    const auto until_now = submission::parts_of(mirror).name;
    const auto configured = project.config.text("project.name");
    if (!questions.given("--name"))
        name = configured.empty() ? until_now : configured;
    if (const auto sent = remote::submissions_to(world, mirror);
        sent > 0 && base::file_name(name) != until_now)
        world.console.warn(fmt::format(
            "{} of this project will not be listed under the new name: until now it was `{}`",
            base::count(sent, "submission"), until_now));
}

// `written`: other files that are new.
void save(const world::World& world, wizard::SettingsFile& file,
          std::vector<std::filesystem::path> written) {
    if (file.save())
        written.push_back(file.path());
    else
        world.console.note("nothing to change in " + file.path().string());
    if (written.empty())
        return;
    std::vector<std::string> paths;
    for (const auto& path : written) {
        world.console.note("wrote " + path.string());
        paths.push_back(path.lexically_relative(world.folder).generic_string());
    }
    world.console.note("commit it, so that every clone is the same project:");
    world.console.note(fmt::format("  git add {0} && git commit -m 'Configure rdvc' -- {0}",
                                   base::quote_all(paths)));
}

void tell_next(const world::World& world, const remote::Project& project) {
    const auto remote = "remote." + project.remote_name() + ".url";
    const bool has_remote =
        !project::read_setting(world.runner, project.repository, remote).empty();
    const bool has_host = !project.config.text("cluster.host").empty();
    world.console.note(fmt::format("next:  rdvc {}", !has_host    ? "init global"
                                                     : has_remote ? "run"
                                                                  : "init remote"));
}

} // namespace

Exit init_project(world::World& world, const Words& words) {
    Answers answers;
    cli::Options options("init project", "Defaults of this project's runs -> .rdvc/config.toml.");
    add_options(options, answers);
    if (!options.parse(words, world.console))
        return Exit::done;

    const remote::Project project = remote::open_project(world, "");
    const auto& config = project.config;
    const auto offers = offers_if_needed(world, config, options, answers);
    const auto wckey = configured_wckey(config);
    const wizard::Questions questions(world, options, answers.yes);
    answer_instance(config, wizard::instance_names(config, offers), questions, answers.instance);
    questions.answer("--wckey", "WCKey, SLURM's label for accounting (-: none)", answers.wckey,
                     wckey.value_or(project.repo_name),
                     [](const std::string&) { return std::string(); });
    wizard::answer_environment(world, project, questions, answers.environment);
    const auto mirror = remote::earlier_mirror(world, project).value_or(project.mirror);
    answer_name(world, project, questions, mirror, answers.name);

    auto file = wizard::project_settings(project.config_file());
    const auto written = wizard::write_missing(project, questions, answers.environment);
    if (config.text("project.id").empty())
        file.set({"project", "id"}, new_id(world, project, submission::parts_of(mirror)));
    if (answers.name != config.text("project.name"))
        file.set({"project", "name"}, answers.name);
    if (answers.instance != config.text("run.instance"))
        file.set({"run", "instance"}, answers.instance);
    if (answers.wckey != wckey)
        file.set({"run", "wckey"}, answers.wckey);
    wizard::write_environment(config, answers.environment, file);
    wizard::define_instance(world, config, offers, answers.instance, questions, file);
    save(world, file, written);
    wizard::warn_of_missing_data(world, project);
    tell_next(world, project);
    return Exit::done;
}

} // namespace rdvc::commands
