#include "send/plan.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/attributes.hpp"
#include "project/dvc.hpp"
#include "project/dvc_files.hpp"
#include "project/extras.hpp"
#include "project/setups.hpp"
#include "send/environment.hpp"
#include "send/job_remote.hpp"
#include "submission/mirror.hpp"
#include "submission/name.hpp"
#include "submission/token.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;

namespace {

// With `code = "origin"` nothing travels.
void refuse_dirty_tree(const project::Head& head) {
    if (head.changes.empty())
        return;
    std::vector<std::string> dirty;
    for (const auto& change : head.changes)
        dirty.push_back(change.xy + " " + change.path);
    throw Error(
        Exit::not_ready,
        fmt::format("the work tree has {}", base::count(head.changes.size(), "uncommitted change")))
        .context(base::first_lines(dirty))
        .hint("commit and push them, leave them out with `--only-committed`, or use `--code=ssh`");
}

// With `code = "origin"` the job sees only what origin has.
void refuse_unpushed(world::World& world, const remote::Project& project) {
    if (project.origin_url.empty())
        throw Error(Exit::not_ready, "`code = \"origin\"` needs a Git remote called `origin`")
            .hint("git remote add origin URL, or use `--code=ssh`");
    const auto commits = project::unpushed_commits(world.runner, project.repository);
    if (!commits.empty())
        throw Error(Exit::not_ready, fmt::format("{} not in origin",
                                                 commits.size() == 1 ? std::string("a commit is")
                                                                     : fmt::format("{} commits are",
                                                                                   commits.size())))
            .context(base::join(commits, "\n"))
            .hint("git push, or use `--code=ssh`");
}

// Paths as typed, from where the user stands -> from the repository's root. Throws Error (usage).
std::vector<std::string> from_top(const remote::Project& project,
                                  const std::vector<std::string>& paths) {
    std::vector<std::string> all;
    for (const auto& path : paths) {
        const std::filesystem::path typed(path);
        const auto full = typed.is_absolute()
                              ? typed
                              : project.repository.top / project.repository.prefix / typed;
        auto name = full.lexically_normal().lexically_relative(project.repository.top).string();
        if ((name + "/").starts_with("../"))
            throw Error(Exit::usage, fmt::format("`{}` is not in the work tree", path));
        while (name.size() > 1 && name.ends_with("/"))
            name.pop_back();
        all.push_back(std::move(name));
    }
    return all;
}

// Git does not look whether these files have changed, so rdvc cannot either.
void warn_of_hidden(const world::World& world, const std::vector<std::string>& hidden) {
    if (!hidden.empty())
        world.console.warn(
            fmt::format("marked as skip-worktree or assume-unchanged, these travel as "
                        "they were committed: {}",
                        base::join(base::split(base::first_lines(hidden), '\n'), ", ")));
}

// The files that -C names, or that are in a folder that it names; a secret must be named itself.
std::vector<std::string> copies_asked_for(const remote::Project& project,
                                          const submission::RunArguments& arguments) {
    const auto named = from_top(project, arguments.copy_paths);
    auto copies = project::files_below(project.repository, named);
    auto may_travel = from_top(project, arguments.include);
    may_travel.insert(may_travel.end(), named.begin(), named.end());
    project::refuse_secrets(project.repository, copies, may_travel);
    return copies;
}

// What Git converts in a repository of the project that lies in `folder` ("" or with a slash at its
// end); what may be a secret must be named.
project::Conversions conversions_of(world::World& world, const remote::Project& project,
                                    const project::Repository& repository,
                                    const std::string& folder, const std::string& commit,
                                    const submission::RunArguments& arguments,
                                    project::TrackedAttributes attributes) {
    std::vector<std::string> named;
    for (const auto* paths : {&arguments.include, &arguments.copy_paths})
        for (const auto& path : from_top(project, *paths))
            if (path.starts_with(folder))
                named.push_back(path.substr(folder.size()));
    auto conversions = project::find_conversions(
        world.runner, repository, commit,
        arguments.only_committed ? project::Bytes::of_checkout : project::Bytes::of_work_tree,
        attributes);
    project::refuse_sealed(repository, conversions, named, project.config.list("run.filters"));
    return conversions;
}

// With `code = "origin"` the job has what Git has.
void refuse_converted(world::World& world, const remote::Project& project,
                      const std::string& commit) {
    std::vector<std::string> lines;
    for (const auto& file : project::find_conversions(world.runner, project.repository, commit,
                                                      project::Bytes::of_checkout)
                                .files)
        lines.push_back(fmt::format("{}  (filter `{}`)", file.path, file.filter));
    if (!lines.empty())
        throw Error(Exit::not_ready, "a Git filter stores other bytes in Git than those here, and "
                                     "with `code = \"origin\"` the job has those of Git")
            .context(base::first_lines(lines))
            .hint("--code=ssh");
}

void note_filtered(Plan& plan, const std::string& folder,
                   const std::vector<project::ConvertedFile>& files) {
    for (const auto& file : files)
        if (!file.filter.empty())
            plan.filtered.push_back(
                fmt::format("{}{}  (filter `{}`)", folder, file.path, file.filter));
}

submission::Submodule facts_of(world::World& world, const remote::Project& project,
                               const project::Submodule& submodule,
                               const submission::RunArguments& arguments, Plan& plan) {
    const auto folder = submodule.path + "/";
    const project::Extras extras{
        .copies = {},
        .lfs = project::lfs_objects(world.runner, submodule.repository, submodule.commit),
        .conversions =
            conversions_of(world, project, submodule.repository, folder, submodule.commit,
                           arguments, project::TrackedAttributes::maybe)};
    note_filtered(plan, folder, extras.conversions.files);
    return {submodule.path, submodule.commit,
            submission::mirror_name(project::name_in_url(submodule.path), "", submodule.url,
                                    project.mirror + "/" + submodule.path),
            project::make_extras(world.runner, submodule.repository, submodule.commit, extras)};
}

// What the work tree adds to HEAD, and what is not Git's and travels all the same.
void add_code(world::World& world, const remote::Project& project, const project::Head& head,
              const project::IndexFacts& index, const submission::RunArguments& arguments,
              Plan& plan) {
    auto& facts = plan.submission.facts;
    const auto& repository = project.repository;
    const auto changes_name = [&](std::string_view name) {
        return std::any_of(head.changes.begin(), head.changes.end(),
                           [&](const auto& change) { return change.path.ends_with(name); });
    };
    if (arguments.only_committed) {
        plan.left_here = head.changes.size();
    } else {
        plan.snapshot =
            project::take_snapshot(world.runner, repository, head,
                                   {.include = from_top(project, arguments.include),
                                    .max_untracked = project.config.size("run.max_untracked")});
        facts.snapshot = plan.snapshot.commit;
        warn_of_hidden(world, index.hidden);
    }
    const bool has_attributes = index.has_attributes || changes_name(".gitattributes");
    project::Extras extras{
        .copies = copies_asked_for(project, arguments),
        .lfs = {},
        .conversions = conversions_of(world, project, repository, "", facts.tip(), arguments,
                                      has_attributes ? project::TrackedAttributes::maybe
                                                     : project::TrackedAttributes::none)};
    note_filtered(plan, "", extras.conversions.files);
    auto& copies = extras.copies;
    for (const auto& file : extras.conversions.files) // which arrive at checkout
        std::erase(copies, file.path);
    copies.insert(copies.end(), plan.snapshot.beside.begin(), plan.snapshot.beside.end());
    if (has_attributes)
        extras.lfs = project::lfs_objects(world.runner, repository, facts.tip());
    if (std::filesystem::exists(repository.top / ".gitmodules") || changes_name(".gitmodules"))
        plan.submodules = project::submodules_of(world.runner, repository, facts.tip());
    facts.extras = project::make_extras(world.runner, repository, facts.tip(), extras);
    plan.conversions = std::move(extras.conversions);
    for (const auto& submodule : plan.submodules)
        facts.submodules.push_back(facts_of(world, project, submodule, arguments, plan));
}

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

std::string setup_command(const remote::Project& project) {
    const auto exists = [&](const std::string& file) {
        return std::filesystem::exists(project.dvc_project / file);
    };
    auto configured = project.config.text("env.setup");
    if (!configured.empty()) {
        const auto program = configured.substr(0, configured.find(' '));
        if (program.starts_with("./") && !exists(program))
            throw Error(Exit::not_ready,
                        fmt::format("the setup command `{}` does not exist", program))
                .context("it is set by env.setup, in " + project.config.origin("env.setup"));
        return configured;
    }
    return project::default_setup(project.dvc_project);
}

std::string path_below(const std::filesystem::path& folder, const std::filesystem::path& top) {
    const auto path = folder.lexically_relative(top).generic_string();
    return path == "." ? "" : path;
}

void refuse_taken_name(world::World& world, const remote::Project& project,
                       const std::string& commit, const submission::RunArguments& arguments) {
    if (!arguments.name || arguments.force || arguments.is_command)
        return;
    if (project::has_ref(world.runner, project.repository,
                         submission::experiment_ref(commit, *arguments.name)))
        throw Error(Exit::usage,
                    fmt::format("this commit already has an experiment `{}`", *arguments.name))
            .hint("choose another name, or replace it with `-f`");
}

// What is asked in any case, beside each other: a process each costs some milliseconds.
void start_questions(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                     const submission::RunArguments& arguments) {
    project::start_questions(world.runner, project.repository);
    project::start_conversion_question(world.runner, project.repository);
    if (!arguments.dry_run)
        cluster.start_question();
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
    start_questions(world, project, cluster, arguments);
    const auto head = project::read_head(world.runner, project.repository);
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
    if (arguments.code)
        project.config.set("run.code", {*arguments.code, "--code"});
    if (arguments.data)
        project.config.set("run.data", {*arguments.data, "--data"});
    const bool from_origin = project.config.text("run.code") == "origin";
    if (from_origin) {
        if (!arguments.only_committed)
            refuse_dirty_tree(head);
        if (!arguments.copy_paths.empty())
            throw Error(Exit::usage, "`--copy-paths` cannot be given with `--code=origin`")
                .context("the job gets only what origin has");
        refuse_unpushed(world, project);
    }
    refuse_taken_name(world, project, head.commit, arguments);
    const bool has_remote =
        purpose == Purpose::experiment && job_has_dvc_remote(world, project, cluster, arguments);
    const auto way = submission::way_of_data(project.config, has_remote);
    if (purpose == Purpose::experiment)
        warn_of_local_remote(world, project, way);

    const auto& top = project.repository.top;
    const auto here = project.repository.prefix.empty() ? top : top / project.repository.prefix;
    if (purpose == Purpose::experiment && !arguments.has_targets() &&
        !std::filesystem::exists(here / "dvc.yaml"))
        throw Error(Exit::not_ready, "there is no dvc.yaml here, and no target is given")
            .context(here.string())
            .hint(
                "go to the folder with your dvc.yaml, or name a target: rdvc run FOLDER/dvc.yaml");
    const auto setup = setup_command(project);
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
             .project_dir = path_below(project.dvc_project, top),
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
    if (purpose == Purpose::experiment)
        plan.inputs = inputs_of(world, project, cluster, index, arguments, plan, way);
    facts.skipped = plan.inputs.skipped;
    facts.allow_missing = plan.inputs.allow_missing;
    facts.kept = plan.inputs.kept;
    facts.left_out = plan.inputs.left_out;
    facts.persist = shortened(world, plan.inputs.persist, "outputs with `persist: true`");
    facts.metrics = shortened(world, plan.inputs.metrics, "metrics and plots");
    plan.submission = submission::compose(submission::make_token(), plan.submission.facts,
                                          project.config, arguments);
    if (!setup.empty() && plan.submission.environment.reuse)
        plan.environment = describe_environment(world.runner, project.repository, plan.submission,
                                                plan.conversions);
    return plan;
}

} // namespace rdvc::send
