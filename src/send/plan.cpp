#include "send/plan.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/attributes.hpp"
#include "project/dvc.hpp"
#include "project/dvc_files.hpp"
#include "project/setups.hpp"
#include "send/code.hpp"
#include "send/environment.hpp"
#include "send/hooks.hpp"
#include "send/job_remote.hpp"
#include "submission/mirror.hpp"
#include "submission/name.hpp"
#include "submission/token.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;

namespace {

// Where data goes by a DVC remote, and what DVC knows of it is on this machine alone.
void warn_of_local_remote(const world::World& world, const remote::Project& project,
                          const std::string& way) {
    if (way == "ssh")
        return;
    std::vector<std::string> names;
    for (auto& name : project::local_settings(project.dvc_project))
        if (name == "core.remote" || name.starts_with("remote."))
            names.push_back(std::move(name));
    if (!names.empty())
        world.console.warn(
            fmt::format("the job does not have {} of .dvc/config.local; if it cannot reach the DVC "
                        "remote without that, `--data=ssh` bypasses the remote",
                        base::join(names, ", ")));
}

// A script must stay readable, and sites limit its length.
std::vector<std::string> shortened(world::World& world, std::vector<std::string> paths,
                                   std::string_view what) {
    constexpr std::size_t most = 3000;
    std::size_t length = 0;
    const auto all = paths.size();
    const auto end = std::find_if(paths.begin(), paths.end(), [&](const std::string& path) {
        return (length += path.size() + 1) > most;
    });
    paths.erase(end, paths.end());
    if (paths.size() < all)
        world.console.warn(
            fmt::format("the project has {} {}; only the first {} are saved while the job runs",
                        all, what, paths.size()));
    return paths;
}

Inputs inputs_of(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                 const project::IndexFacts& index, const submission::RunArguments& arguments,
                 const Plan& plan, const std::string& way) {
    const auto& facts = plan.submission.facts;
    InputQuestion question{.project = project,
                           .arguments = arguments,
                           .commit = facts.snapshot.empty() ? facts.commit : facts.snapshot,
                           .baseline = facts.commit,
                           .dvc_files = index.dvc_files,
                           .over_ssh = way == "ssh",
                           .hidden = index.hidden};
    question.hidden.insert(question.hidden.end(), index.not_here.begin(), index.not_here.end());
    for (const auto& path : plan.snapshot.added)
        if (project::is_dvc_file(path))
            question.dvc_files.push_back(path);
    question.dvc_files = project::files_of_project(
        world.runner, project.repository, facts.project_dir, std::move(question.dvc_files),
        [&](const std::string& folder) {
            return std::filesystem::is_directory(project.repository.top / folder / ".dvc");
        });
    return find_inputs(world, cluster, question);
}

std::string existing_setup(const remote::Project& project) {
    auto setup = remote::setup_command(project);
    if (const auto script = project::missing_script(setup, project.dvc_project))
        throw Error(Exit::not_ready, fmt::format("the setup command `{}` does not exist", *script))
            .context("it is set by env.setup, in " + project.config.origin("env.setup"));
    return setup;
}

std::string path_below(const std::filesystem::path& folder, const std::filesystem::path& top) {
    const auto path = folder.lexically_relative(top).generic_string();
    return path == "." ? "" : path;
}

// Also what is wrong with a sweep shows here, before anything else is done.
void refuse_taken_name(world::World& world, const remote::Project& project,
                       const std::string& commit, const submission::RunArguments& arguments) {
    const auto tasks = submission::tasks_of(arguments.name.value_or(""), arguments);
    const bool has_names = arguments.name || arguments.are_named_by_values();
    if (!has_names || arguments.force || arguments.is_command)
        return;
    const auto ref_of = [&](const std::string& name) {
        return submission::experiment_ref(commit, name);
    };
    std::string taken;
    if (tasks.size() == 1) {
        if (project::has_ref(world.runner, project.repository, ref_of(tasks.front().name)))
            taken = tasks.front().name;
    } else {
        const auto refs = project::refs_below(world.runner, project.repository, "refs/exps");
        for (const auto& task : tasks)
            if (taken.empty() && refs.contains(ref_of(task.name)))
                taken = task.name;
    }
    if (!taken.empty())
        throw Error(Exit::usage, fmt::format("this commit already has an experiment `{}`", taken))
            .hint("choose another name, or replace it with `-f`");
}

// What is asked in any case, beside each other: a process each costs some milliseconds.
void start_questions(world::World& world, const remote::Project& project) {
    project::start_questions(world.runner, project.repository);
    project::start_conversion_question(world.runner, project.repository);
}

void require_commit(const project::Head& head) {
    if (head.commit.empty() && head.branch == "(unknown)")
        throw Error(Exit::not_ready, "git cannot read the branch that HEAD names")
            .hint(
                "`git fsck` shows what is damaged; `.git/logs/HEAD` has the branch's last commits");
    if (head.commit.empty())
        throw Error(Exit::not_ready, "the repository has no commit yet")
            .hint("git add, git commit");
    constexpr std::size_t sha1_digits = 40;
    if (head.commit.size() != sha1_digits)
        throw Error(Exit::not_ready, "repositories with SHA-256 objects are not supported")
            .context("DVC cannot read them");
}

// Without targets DVC runs the pipeline of the folder in which the user stands.
void require_pipeline(const remote::Project& project) {
    const auto& [top, prefix, shallow] = project.repository;
    const auto here = prefix.empty() ? top : top / prefix;
    if (!std::filesystem::exists(here / "dvc.yaml"))
        throw Error(Exit::not_ready, "there is no dvc.yaml here, and no target is given")
            .context(here.string())
            .hint(
                "go to the folder with your dvc.yaml, or name a target: rdvc run FOLDER/dvc.yaml");
}

void warn_of_no_setup(const world::World& world, const remote::Project& project) {
    const auto proposal = project::propose_setup(project.dvc_project);
    world.console.warn(fmt::format(
        "no setup command (./init_python_venv.sh, ./init_env.sh or env.setup{}); the job uses the "
        "dvc that is on its PATH",
        proposal ? fmt::format("; `rdvc init project` suggests one based on {}", proposal->file)
                 : ""));
}

} // namespace

Plan make_plan(world::World& world, remote::Project& project, remote::Cluster& cluster,
               const submission::RunArguments& arguments, Purpose purpose) {
    start_questions(world, project);
    const auto head = project::read_head(world.runner, project.repository);
    require_commit(head);
    if (arguments.code)
        project.config.set("run.code", {*arguments.code, "--code"});
    if (arguments.data)
        project.config.set("run.data", {*arguments.data, "--data"});
    const bool from_origin = project.config.text("run.code") == "origin";
    if (from_origin)
        refuse_what_origin_lacks(world, project, head, arguments);
    refuse_taken_name(world, project, head.commit, arguments);
    const bool has_remote =
        purpose == Purpose::experiment && job_has_dvc_remote(world, project, cluster, arguments);
    const auto way = submission::way_of_data(project.config, has_remote);
    if (purpose == Purpose::experiment)
        warn_of_local_remote(world, project, way);

    if (purpose == Purpose::experiment && !arguments.has_targets())
        require_pipeline(project);
    const auto setup = existing_setup(project);
    if (setup.empty() && !arguments.is_command)
        warn_of_no_setup(world, project);
    const auto who = project::identity(world.runner, project.repository);
    Plan plan;
    auto& facts = plan.submission.facts;
    facts = {.repo_name = project.repo_name,
             .origin_url = project.origin_url,
             .branch = head.branch,
             .commit = head.commit,
             .outputs = arguments.is_command ? remote::declared_outputs(project, arguments.outputs)
                                             : std::vector<std::string>(),
             .project_dir = path_below(project.dvc_project, project.repository.top),
             .subdir = project.repository.prefix.generic_string(),
             .mirror = project.mirror,
             .user_name = who.name,
             .user_email = who.email,
             .setup = setup,
             .has_dvc_remote = has_remote};
    const auto index = project::read_index(world.runner, project.repository);
    if (from_origin) {
        refuse_converted(world, project, head.commit);
        plan.left_here = head.changes.size();
    } else {
        add_code(world, project, head, index, arguments, plan);
    }
    add_hooks(world, project, index, arguments, facts);
    if (purpose == Purpose::experiment)
        plan.inputs = inputs_of(world, project, cluster, index, arguments, plan, way);
    facts.skipped = plan.inputs.skipped;
    facts.allow_missing = plan.inputs.allow_missing;
    facts.kept = plan.inputs.kept;
    facts.left_out = plan.inputs.left_out;
    facts.shared = plan.inputs.shared;
    facts.persist = shortened(world, plan.inputs.persist, "outputs with `persist: true`");
    facts.metrics = shortened(world, plan.inputs.metrics, "metrics");
    facts.plots = shortened(world, plan.inputs.plots, "plots");
    plan.submission = submission::compose(submission::make_token(), plan.submission.facts,
                                          project.config, arguments);
    if (!setup.empty() && plan.submission.environment.reuse)
        plan.environment = describe_environment(world.runner, project.repository, plan.submission,
                                                plan.conversions);
    return plan;
}

} // namespace rdvc::send
