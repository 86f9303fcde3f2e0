// `rdvc run`: facts, configuration and arguments become one submission, which shipment.cpp sends.

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "commands/cluster.hpp"
#include "commands/command.hpp"
#include "commands/shipment.hpp"
#include "project/dvc.hpp"
#include "submission/arguments.hpp"
#include "submission/name.hpp"
#include "submission/token.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;
using submission::Submission;

namespace {

void refuse_dirty_tree(const Project& project, const project::Head& head) {
    // The file that `init project` has just written must not be in the way of the first run.
    const auto own = "?? " + (project.dvc_project / ".rdvc" / "config.toml")
                                 .lexically_relative(project.repository.top)
                                 .generic_string();
    auto dirty = head.dirty;
    std::erase(dirty, own);
    if (dirty.empty())
        return;
    constexpr std::size_t most = 20;
    const auto total = dirty.size();
    if (total > most) {
        dirty.resize(most);
        dirty.push_back(fmt::format("and {} more", total - most));
    }
    throw Error(Exit::not_ready, fmt::format("the work tree has {} that no commit holds",
                                             base::count(total, "change")))
        .context(base::join(dirty, "\n"))
        .hint("commit them, or ignore what does not belong to the project");
}

// With `code = "origin"` the job sees only what origin has.
void refuse_unpushed(cli::World& world, const Project& project) {
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

std::string setup_command(const Project& project) {
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

void refuse_taken_name(cli::World& world, const Project& project, const std::string& commit,
                       const submission::RunArguments& arguments) {
    if (!arguments.name || arguments.force)
        return;
    if (project::has_ref(world.runner, project.repository,
                         submission::experiment_ref(commit, *arguments.name)))
        throw Error(Exit::usage, fmt::format("there is an experiment `{}` on this commit already",
                                             *arguments.name))
            .hint("choose another name, or replace it with `-f`");
}

void describe(const cli::Console& console, const Submission& submission, const Shipment& shipment) {
    const auto& facts = submission.facts;
    const std::string at = fmt::format("{} ({})", facts.commit.substr(0, 10),
                                       facts.branch.empty() ? "detached HEAD" : facts.branch);
    if (submission.code == "origin")
        console.note(fmt::format("code: {} from {}", at, facts.origin_url));
    else
        console.note(fmt::format("code: {}, {} to send, {}", at,
                                 base::count(shipment.objects(), "Git object"),
                                 base::bytes(shipment.size())));
}

void report_submitted(const cli::Console& console, const Submission& submission,
                      const std::string& job, const std::string& cluster, bool json) {
    const auto& name = submission.tasks.front().name;
    if (json) {
        const nlohmann::json answer = {{"token", submission.token},
                                       {"job", job},
                                       {"name", name},
                                       {"cluster", cluster},
                                       {"commit", submission.facts.commit}};
        cli::Console::data(answer.dump() + "\n");
        return;
    }
    if (console.verbosity == cli::Verbosity::quiet)
        return cli::Console::data(job + "\n");
    cli::Console::data(
        fmt::format("submitted {} as job {} on {}\n", console.bold(name), job, cluster));
    console.note(fmt::format(
        "next:  rdvc logs -f {0}    rdvc status    rdvc wait {0} && rdvc pull {0}", job));
}

Submission prepare(cli::World& world, Project& project, const submission::RunArguments& arguments) {
    const auto head = project::read_head(world.runner, project.repository);
    if (head.commit.empty())
        throw Error(Exit::not_ready, "the repository has no commit yet")
            .hint("git add, git commit");
    if (arguments.code)
        project.config.set("run.code", {*arguments.code, "--code"});
    refuse_dirty_tree(project, head);
    if (project.config.text("run.code") == "origin")
        refuse_unpushed(world, project);
    else if (project.repository.shallow)
        throw Error(Exit::not_ready,
                    "the repository is a shallow clone; its history is not complete")
            .hint("git fetch --unshallow, or use `--code=origin`");
    refuse_taken_name(world, project, head.commit, arguments);
    if (std::filesystem::exists(project.repository.top / ".gitmodules"))
        world.console.warn("submodules do not travel: in the job their folders are empty");

    if (project::has_only_local_dvc_remote(project.dvc_project))
        world.console.warn(
            "the DVC remote is set in .dvc/config.local only, which the job does not have");

    const auto& top = project.repository.top;
    const auto here = project.repository.prefix.empty() ? top : top / project.repository.prefix;
    if (!arguments.has_targets && !std::filesystem::exists(here / "dvc.yaml"))
        throw Error(Exit::not_ready, "there is no dvc.yaml here, and no target is given")
            .context(here.string())
            .hint(
                "go to the folder with your dvc.yaml, or name a target: rdvc run FOLDER/dvc.yaml");
    const auto setup = setup_command(project);
    if (setup.empty())
        world.console.warn(
            "no setup command (./init_python_venv.sh, ./init_env.sh or env.setup); the job "
            "uses the dvc that is on its PATH");
    const submission::Facts facts = {.repo_name = project.repo_name,
                                     .origin_url = project.origin_url,
                                     .branch = head.branch,
                                     .commit = head.commit,
                                     .project_dir = path_below(project.dvc_project, top),
                                     .subdir = project.repository.prefix.generic_string(),
                                     .mirror = project.mirror,
                                     .setup = setup};
    return submission::compose(submission::make_token(), facts, project.config, arguments);
}

} // namespace

Exit run(cli::World& world, const Words& words) {
    const auto arguments = submission::parse_run_arguments(words);
    if (arguments.help) {
        cli::Console::data(run_help());
        return Exit::done;
    }
    if (arguments.quiet || arguments.verbose)
        world.console.verbosity = arguments.quiet ? cli::Verbosity::quiet : cli::Verbosity::verbose;
    Project project = open_project(world, arguments.cluster.value_or(""));
    Cluster cluster(world, project.config);
    const Submission submission = prepare(world, project, arguments);
    Shipment shipment(world, project, cluster, submission,
                      base::trim("rdvc run " + base::quote_all(words)));
    describe(world.console, submission, shipment);
    if (arguments.dry_run) {
        cli::Console::data(shipment.script());
        world.console.note("nothing was submitted (--dry-run)");
        return Exit::done;
    }
    report_submitted(world.console, submission, shipment.send(), cluster.name(), arguments.json);
    return Exit::done;
}

} // namespace rdvc::commands
