// `rdvc init project`: the defaults of this project's runs, for everybody who clones it.

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/cluster.hpp"
#include "commands/command.hpp"
#include "commands/identity.hpp"
#include "commands/wizard.hpp"
#include "project/dvc.hpp"
#include "submission/mirror.hpp"
#include "submission/token.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// A feature of the cluster's nodes that can stand for an instance.
struct Offer {
    std::string name;
    std::string partition;
    bool gpu = false;
};

// What sinfo shows; nothing if no cluster is configured yet or it does not answer.
std::vector<Offer> cluster_offers(cli::World& world, const config::Config& config) {
    std::vector<Offer> offers;
    if (config.text("cluster.host").empty())
        return offers;
    try {
        Cluster cluster(world, config);
        script::Variables variables;
        variables.words = {{"make_folders", "0"}, {"mirror", ""}};
        cluster.ask("probe", variables, [&](const transport::Frame& frame) {
            const auto fields = base::split(frame.rest, '|');
            if (frame.verb != "nodes" || fields.size() < 3)
                return;
            for (const auto& feature : base::split(fields[1], ',')) {
                const bool known =
                    std::any_of(offers.begin(), offers.end(),
                                [&](const Offer& offer) { return offer.name == feature; });
                if (!known && feature != "(null)")
                    offers.push_back({feature, fields[0], fields[2].starts_with("gpu")});
            }
        });
    } catch (const Error& error) {
        world.console.warn(
            fmt::format("the cluster was not asked for its nodes: {}", error.what()));
    }
    return offers;
}

std::string unknown_instance(const std::string& name, const std::vector<std::string>& names) {
    return fmt::format("unknown instance `{}`{}; {}. Define it as [instances.\"{}\"] in "
                       "~/.config/rdvc/config.toml",
                       name, base::suggestion(name, names),
                       names.empty() ? "no instance is defined, and no cluster told of any"
                                     : "known are " + base::join(names, ", "),
                       name);
}

void write_instance(SettingsFile& file, const Offer& offer) {
    file.set({"instances", offer.name, "partition"}, offer.partition);
    file.set({"instances", offer.name, "constraint"}, offer.name);
    if (offer.gpu)
        file.set_source({"instances", offer.name, "gpus"}, "1");
}

// Every clone without an id has the same digits already, so that other laptops' submissions stay
// in the list too.
std::string new_id(cli::World& world, const Project& project,
                   const submission::MirrorParts& until_now) {
    const bool told_apart =
        !project.origin_url.empty() || project::has_ref(world.runner, project.repository, "HEAD");
    return told_apart ? submission::id_with(until_now.digits) : submission::make_token();
}

} // namespace

Exit init_project(cli::World& world, const Words& words) {
    std::string instance;
    std::string wckey;
    std::string setup;
    std::string name;
    bool yes = false;
    cli::Options options("init project", "Defaults of this project's runs -> .rdvc/config.toml.");
    options.text("--instance", instance, "instance used when `rdvc run` is given none", "NAME")
        .text("--wckey", wckey,
              "SLURM's workload characterisation key; \"\" for sites that refuse unknown ones",
              "WCKEY")
        .text("--setup", setup, "command that makes the environment", "COMMAND")
        .text("--name", name, "name of the project; default: the repository's", "NAME")
        .flag("-y,--yes", yes, "ask nothing; keep what is there");
    if (!options.parse(words))
        return Exit::done;

    const Project project = open_project(world, "");
    const auto& config = project.config;
    // The cluster is asked only where its answer can matter.
    const bool ask_cluster =
        !yes || (!instance.empty() && base::trim(instance) != config.text("run.instance"));
    const auto offers = ask_cluster ? cluster_offers(world, config) : std::vector<Offer>{};
    auto names = config.instances();
    for (const auto& offer : offers)
        if (std::find(names.begin(), names.end(), offer.name) == names.end())
            names.push_back(offer.name);
    const auto key = config.run_options().find("wckey");
    const std::string current_key = key == config.run_options().end() ? project.repo_name
                                    : std::holds_alternative<bool>(key->second.value)
                                        ? ""
                                        : std::get<std::string>(key->second.value);
    std::string default_setup = config.text("env.setup");
    if (default_setup.empty())
        default_setup = project::default_setup(project.dvc_project);

    const Questions questions(world, options, yes);
    const auto anything = [](const std::string&) { return std::string(); };
    questions.answer("--instance",
                     "Default instance, a named set of sbatch options" +
                         (names.empty() ? std::string(" (none is defined yet; -: none)")
                                        : " (" + base::join(names, ", ") + "; -: none)"),
                     instance, config.text("run.instance"), [&](const std::string& value) {
                         const bool known = value.empty() || std::find(names.begin(), names.end(),
                                                                       value) != names.end();
                         return known ? "" : unknown_instance(value, names);
                     });
    questions.answer("--wckey", "WCKey", wckey, current_key, anything);
    questions.answer(
        "--setup", "Setup command", setup, default_setup, [&](const std::string& value) {
            const auto program = value.substr(0, value.find(' '));
            const bool missing = program.starts_with("./") &&
                                 !std::filesystem::exists(project.dvc_project / program);
            return missing ? fmt::format("`{}` does not exist in the project", program) : "";
        });
    const auto mirror = earlier_mirror(world, project).value_or(project.mirror);
    const auto until_now = submission::parts_of(mirror);
    if (!options.given("--name"))
        name = config.text("project.name").empty() ? until_now.name : config.text("project.name");

    if (const auto sent = submissions_to(world, mirror);
        sent > 0 && base::file_name(name) != until_now.name)
        world.console.warn(fmt::format("{} of this project's will not be listed under another "
                                       "name: until now it was `{}`",
                                       base::count(sent, "submission"), until_now.name));
    const auto defined = config.instances();
    SettingsFile file(project.config_file(), "# rdvc's settings of this project; commit this file");
    if (config.text("project.id").empty())
        file.set({"project", "id"}, new_id(world, project, until_now));
    if (name != config.text("project.name"))
        file.set({"project", "name"}, name);
    if (instance != config.text("run.instance"))
        file.set({"run", "instance"}, instance);
    if (key == config.run_options().end() || wckey != current_key)
        file.set({"run", "wckey"}, wckey);
    if (!setup.empty() && setup != config.text("env.setup"))
        file.set({"env", "setup"}, setup);
    if (!instance.empty() && std::find(defined.begin(), defined.end(), instance) == defined.end()) {
        const auto offer = std::find_if(offers.begin(), offers.end(),
                                        [&](const Offer& o) { return o.name == instance; });
        if (offer != offers.end())
            write_instance(file, *offer);
    }
    if (file.save()) {
        world.console.note("wrote " + file.path().string());
        world.console.note("commit it, so that every clone is the same project:");
        world.console.note(
            fmt::format("  git add {0} && git commit -m 'Configure rdvc' -- {0}",
                        file.path().lexically_relative(world.folder).generic_string()));
    } else {
        world.console.note("nothing to change in " + file.path().string());
    }
    if (config.text("cluster.host").empty())
        world.console.note("next:  rdvc init global");
    return Exit::done;
}

} // namespace rdvc::commands
