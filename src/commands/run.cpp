// `rdvc run`: facts, configuration and arguments become one submission, sent in one ssh execution.

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "commands/cluster.hpp"
#include "commands/command.hpp"
#include "project/dvc.hpp"
#include "project/pack.hpp"
#include "slurm/options.hpp"
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
    for (const auto* file : {"./init_python_venv.sh", "./init_env.sh"})
        if (exists(file))
            return file;
    return "";
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

// What travels besides the script.
struct Cargo {
    project::Pack pack;
    std::vector<std::string> haves;
    std::string tags; ///< lines "object name"
    std::vector<std::string> tag_objects;
};

Cargo load_cargo(cli::World& world, const Project& project, const std::string& commit,
                 const std::vector<std::string>& believed, const std::filesystem::path& file) {
    Cargo cargo;
    std::vector<std::string> wanted = {commit};
    for (const auto& tag : project::reachable_tags(world.runner, project.repository)) {
        cargo.tags += tag.object + " " + tag.name + "\n";
        if (tag.annotated)
            cargo.tag_objects.push_back(tag.object);
    }
    cargo.haves = project::existing_objects(world.runner, project.repository, believed);
    const bool known =
        std::find(cargo.haves.begin(), cargo.haves.end(), commit) != cargo.haves.end();
    wanted.insert(wanted.end(), cargo.tag_objects.begin(), cargo.tag_objects.end());
    if (!known || !cargo.tag_objects.empty())
        cargo.pack =
            project::make_pack(world.runner, project.repository, wanted, cargo.haves, file);
    return cargo;
}

// Variables of the login node that would set one of these options.
std::vector<std::string> contradicting_variables(const Submission& submission) {
    std::vector<std::string> variables;
    for (const auto& [name, value] : submission.sbatch)
        for (auto& variable : slurm::environment_variables(name))
            variables.push_back(std::move(variable));
    for (const auto* own :
         {"SBATCH_ARRAY_INX", "SBATCH_OUTPUT", "SBATCH_ERROR", "SBATCH_INPUT", "SBATCH_OPEN_MODE",
          "SBATCH_WAIT", "SBATCH_CHDIR", "SBATCH_IGNORE_PBS", "SBATCH_CLUSTERS", "SLURM_CLUSTERS"})
        variables.emplace_back(own);
    return variables;
}

// The cluster's answer to a submission.
struct Answer {
    std::string verb; ///< submitted, refused, resend, unknown; "" if none came
    std::string rest;
    std::vector<std::string> errors; ///< sbatch's and git's own words
    std::vector<std::string> unset;
    transport::Connection::Reply reply;
};

Answer submit(Cluster& cluster, const Submission& submission, const std::string& script,
              const std::string& notes, const Cargo& cargo) {
    script::Variables variables;
    variables.words = {
        {"token", submission.token},
        {"attempt", fmt::format("{}", submission.attempt)},
        {"mirror", submission.facts.mirror},
        {"head", submission.facts.commit},
        {"experiment_ref",
         submission::experiment_ref(submission.facts.commit, submission.tasks.front().name)},
        {"force", submission.force ? "1" : "0"},
        {"code", submission.code},
        {"script_size", fmt::format("{}", script.size())},
        {"notes", notes},
        {"tags_size", fmt::format("{}", cargo.tags.size())},
        {"pack_size", fmt::format("{}", cargo.pack.size)},
    };
    variables.lists = {{"haves", cargo.haves},
                       {"tag_objects", cargo.tag_objects},
                       {"unset_variables", contradicting_variables(submission)}};
    Cluster::Data data = {script, cargo.tags};
    if (cargo.pack.size > 0)
        data.emplace_back(cargo.pack.file);
    Answer answer;
    answer.reply =
        cluster.execute("submit", variables, submission.token, data, base::Effect::changes,
                        [&](const transport::Frame& frame) {
                            if (frame.verb == "err")
                                answer.errors.push_back(frame.rest);
                            else if (frame.verb == "unset")
                                answer.unset.push_back(frame.rest);
                            else if (frame.verb == "submitted" || frame.verb == "refused" ||
                                     frame.verb == "resend" || frame.verb == "unknown") {
                                answer.verb = frame.verb;
                                answer.rest = frame.rest;
                            }
                        });
    return answer;
}

Error refusal(const Answer& answer, const std::string& cluster) {
    const auto blank = answer.rest.find(' ');
    const auto kind = answer.rest.substr(0, blank);
    const auto rest = blank == std::string::npos ? "" : answer.rest.substr(blank + 1);
    if (kind == "sbatch")
        return Error(Exit::refused, "sbatch refused the job")
            .context(base::join(answer.errors, "\n"));
    if (kind == "name")
        return Error(Exit::usage,
                     fmt::format("the cluster has an experiment `{}` on this commit already", rest))
            .hint("choose another name, or replace it with `-f`");
    if (kind == "program")
        return Error(Exit::not_ready, fmt::format("`{}` has no `{}`", cluster, rest))
            .context("it is not on the PATH of `ssh HOST bash -s`")
            .hint("if a login shell has it: `rdvc init remote`; if a module has it: "
                  "cluster.prepare = \"module load slurm\" in ~/.config/rdvc/config.toml");
    return Error(Exit::not_ready, rest).context(base::join(answer.errors, "\n"));
}

void describe(const cli::Console& console, const Submission& submission, const Cargo& cargo,
              std::size_t script_size) {
    const auto& facts = submission.facts;
    const std::string at = fmt::format("{} ({})", facts.commit.substr(0, 10),
                                       facts.branch.empty() ? "detached HEAD" : facts.branch);
    if (submission.code == "origin")
        console.note(fmt::format("code: {} from {}", at, facts.origin_url));
    else
        console.note(fmt::format("code: {}, {} to send, {}", at,
                                 base::count(cargo.pack.objects, "Git object"),
                                 base::bytes(cargo.pack.size + script_size)));
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
    const std::string script = script::render_job(submission);
    auto ledger = open_ledger(world);
    ledger::Record record{.token = submission.token,
                          .time = timestamp(),
                          .cluster = cluster.name(),
                          .mirror = project.mirror,
                          .name = submission.tasks.front().name,
                          .commit = submission.facts.commit,
                          .job = {}};
    const std::string notes = script::render_notes(
        submission, base::trim("rdvc run " + base::quote_all(words)), record.time);

    const base::TemporaryFolder temporary;
    const auto pack_file = temporary.path() / "pack";
    Cargo cargo;
    if (submission.code == "ssh")
        cargo = load_cargo(world, project, submission.facts.commit,
                           ledger::believed_commits(ledger.read(), cluster.name(), project.mirror),
                           pack_file);
    describe(world.console, submission, cargo, script.size());
    if (arguments.dry_run) {
        cli::Console::data(script);
        world.console.note("nothing was submitted (--dry-run)");
        return Exit::done;
    }

    ledger.intend(record, script);
    auto answer = submit(cluster, submission, script, notes, cargo);
    if (answer.verb == "resend") { // the mirror lacks what an earlier submission had sent
        world.console.note("the cluster's mirror lacks earlier objects; sending all of them");
        cargo = load_cargo(world, project, submission.facts.commit, {}, pack_file);
        record.whole = true;
        answer = submit(cluster, submission, script, notes, cargo);
    }
    for (const auto& variable : answer.unset)
        world.console.warn(fmt::format("the login node sets {}; it is ignored", variable));

    if (answer.verb == "submitted") {
        for (const auto& line : answer.errors)
            world.console.note("sbatch: " + line);
        record.state = ledger::State::submitted;
        record.job = answer.rest.substr(0, answer.rest.find(' '));
        ledger.conclude(record);
        report_submitted(world.console, submission, record.job, cluster.name(), arguments.json);
        return Exit::done;
    }
    const bool never_started = answer.reply.outcome == transport::Outcome::unreachable ||
                               answer.reply.outcome == transport::Outcome::no_bash;
    const bool certain = answer.verb == "refused" || answer.verb == "resend" || never_started;
    record.state = certain ? ledger::State::refused : ledger::State::unconfirmed;
    ledger.conclude(record);
    if (answer.verb == "refused")
        throw refusal(answer, cluster.name());
    if (answer.verb == "resend")
        throw Error(Exit::failed, "the cluster's mirror cannot be repaired by sending all objects");
    if (never_started)
        throw connection_error(cluster.name(), answer.reply);
    throw Error(Exit::unknown, "it is not known whether the job was submitted")
        .context(answer.verb == "unknown"
                     ? base::trim(answer.rest + "\n" + base::join(answer.errors, "\n"))
                     : transport::main_reason(answer.reply.errors))
        .hint("`rdvc status` will tell once the cluster answers; do not run it again before");
}

} // namespace rdvc::commands
