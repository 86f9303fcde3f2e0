#include "send/retry.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/interrupts.hpp"
#include "base/text.hpp"
#include "project/submodules.hpp"
#include "script/embedded.hpp"
#include "send/answer.hpp"
#include "send/preflight.hpp"
#include "slurm/options.hpp"
#include "submission/compose.hpp"
#include "submission/token.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;

namespace {

// What the laptop has recorded; for another laptop's submission, as much as is known.
ledger::Record record_of(world::World& world, const remote::Project& project,
                         const remote::Cluster& cluster, const std::string& token) {
    for (auto& record : remote::open_ledger(world).read())
        if (record.token == token)
            return record;
    return {.token = token,
            .time = remote::timestamp(),
            .cluster = cluster.name(),
            .mirror = project.mirror,
            .name = token.substr(0, 8),
            .commit = {},
            .job = {},
            .dir = project.config.text("cluster.dir")};
}

// Throws Error (usage) for what another attempt cannot change.
void refuse_changes(const submission::RunArguments& arguments) {
    if (!arguments.after.empty())
        throw Error(Exit::usage, "`--after` cannot be given to `rdvc retry`")
            .context(
                "another attempt waits for what the first one did, as far as that has not ended");
    if (!arguments.targets.empty())
        throw Error(Exit::usage,
                    fmt::format("`rdvc retry` takes one submission or task: `{}` is one "
                                "too many",
                                arguments.targets.front()))
            .hint("of a sweep, `rdvc retry SUBMISSION` takes all tasks without a result");
    if (!arguments.dvc.empty() || arguments.name || arguments.has_targets() ||
        arguments.is_command || arguments.is_sweep)
        throw Error(Exit::usage, "only sbatch's options can change; code, arguments and name are "
                                 "those of the submission")
            .hint("to submit another experiment: rdvc run");
}

// `--OPTION=VALUE` as sbatch takes it, for the options that change this time.
std::vector<std::string> sbatch_words(const std::vector<submission::SbatchOption>& sbatch,
                                      const std::string& token) {
    std::vector<std::string> options;
    for (const auto& [name, value] : sbatch) {
        const std::string own = name == "comment" ? "rdvc:" + token + " " : "";
        options.push_back("--" + name + (value ? "=" + own + *value : ""));
    }
    return options;
}

// What has changed about the job, and what it needs on the cluster.
script::Variables retry_variables(const ledger::Record& record, const std::string& script,
                                  const Again& again) {
    script::Variables variables;
    variables.words = {{"token", record.token},
                       {"functions", script::job_functions().hash},
                       {"functions_size", "0"},
                       {"warning", ""}};
    auto& lists = variables.lists;
    lists = {{"options", sbatch_words(again.sbatch, record.token)},
             {"unset_variables", {}},
             {"mirrors", {}},
             {"tips", {}},
             {"wanted", {}}};
    for (const auto task : again.tasks)
        lists["wanted"].push_back(fmt::format("{}", task));
    for (const auto& [name, value] : again.sbatch)
        for (const auto& variable : slurm::environment_variables(name))
            lists["unset_variables"].push_back(variable);
    if (const auto warning = submission::new_warning(script, again.sbatch)) {
        variables.words["warning"] = fmt::format("{}", *warning);
        lists["options"].push_back(fmt::format("--signal=B:USR1@{}", *warning));
    }
    for (const auto& stored : record.stored)
        if (stored.place.ends_with(".git")) {
            lists["mirrors"].push_back(stored.place);
            lists["tips"].push_back(stored.object);
        }
    return variables;
}

// Sends the Git objects that a mirror lacks; the repository is the project's or a submodule's.
// Throws Error if neither has them any longer.
void send_objects(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                  const ledger::Record& record, const std::string& mirror,
                  const std::string& cluster_dir) {
    std::vector<project::Repository> repositories = {project.repository};
    for (const auto& submodule :
         project::submodules_of(world.runner, project.repository, record.commit))
        repositories.push_back(submodule.repository);
    for (const auto& stored : record.stored) {
        if (stored.place != mirror)
            continue;
        for (const auto& repository : repositories) {
            if (project::existing_objects(world.runner, repository, {stored.object}).empty())
                continue;
            std::vector<std::string> refspecs = {"+" + stored.object + ":refs/rdvc/" +
                                                 record.token};
            for (const auto& tag : project::reachable_tags(world.runner, repository))
                if (tag.annotated)
                    refspecs.push_back(fmt::format("+{0}:refs/rdvc-tags/{0}", tag.object));
            const auto pushed = world.runner.run(cluster.push(
                cluster.url(cluster_dir + "/repos/" + mirror), refspecs, repository.top));
            if (pushed.status != 0)
                throw Error(Exit::failed,
                            fmt::format("the code of {} could not be sent again", record.name))
                    .context(pushed.err);
            return;
        }
    }
    throw Error(Exit::failed, fmt::format("the cluster has lost the code of {}, and this "
                                          "repository no longer has it",
                                          record.name))
        .context(mirror)
        .hint("to submit the project as it is now: rdvc run");
}

// Sends what the cluster has lost since the submission; returns the functions that go with the next
// request. Throws Error.
std::string send_lacking(world::World& world, const remote::Project& project,
                         remote::Cluster& cluster, const ledger::Record& record,
                         const JobAnswer& answer) {
    std::string functions;
    for (const auto& line : answer.lacks) {
        const auto [kind, name] = base::key_and_value(line);
        world.console.note(fmt::format("the cluster no longer has the {}; sending it again",
                                       kind == "mirror" ? "project's mirror" : "job's functions"));
        if (kind == "mirror")
            send_objects(world, project, cluster, record, name, answer.rest);
        else if (name == script::job_functions().hash)
            functions = script::job_functions().text;
        else
            throw Error(Exit::failed,
                        fmt::format("the cluster no longer has the functions that {} was "
                                    "submitted with, and this rdvc has others",
                                    record.name))
                .hint("to submit the project as it is now: rdvc run");
    }
    return functions;
}

// The reason why there is no new attempt.
Error failure(const std::string& what, const std::string& cluster, const JobAnswer& answer) {
    const auto [kind, rest] = base::key_and_value(answer.rest);
    if (answer.verb == "kept" && kind == "live" && rest.ends_with(" COMPLETING"))
        return Error(Exit::failed, fmt::format("SLURM still cleans up after {}: {}", what, rest))
            .hint("try again in a few seconds");
    if (answer.verb == "kept" && kind == "live")
        return Error(Exit::failed, fmt::format("{} has a job: {}", what, rest))
            .hint("rdvc cancel " + what + ", to begin again");
    if (answer.verb == "kept" && kind == "unpublished")
        return Error(Exit::failed, fmt::format("{} has a result that is not published yet", what))
            .hint("rdvc recover " + what);
    if (answer.verb == "absent" && answer.rest.starts_with("task"))
        return Error(Exit::usage, fmt::format("the cluster has no such task of {}", what));
    if (answer.verb == "kept")
        return Error(Exit::failed, fmt::format("{} has its result: {}", what, kind))
            .hint("rdvc pull " + what + "; to submit another experiment: rdvc run");
    if (answer.verb == "lacking")
        return Error(Exit::failed, "the cluster still lacks something after it was sent")
            .context(base::join(answer.lacks, "\n"));
    return no_job(answer, cluster, "it is not known whether there is a new job",
                  "`rdvc status` will say once the cluster answers");
}

} // namespace

Retried retry(world::World& world, const remote::Project& project, remote::Cluster& cluster,
              const RetryQuestion& question) {
    const auto& what = question.what;
    const auto& token = question.target.token;
    refuse_changes(question.arguments);
    auto ledger = remote::open_ledger(world);
    auto record = record_of(world, project, cluster, token);
    if (const auto dir = project.config.text("cluster.dir");
        !record.dir.empty() && record.dir != dir)
        throw Error(Exit::configuration, fmt::format("{} was submitted in {}", what, record.dir))
            .context(fmt::format(
                "cluster.dir is now {}, where nothing says whether its job is gone", dir))
            .hint(fmt::format("RDVC_CLUSTER_DIR={} rdvc retry {}", record.dir, what));
    const auto again = choose_again(world, project, cluster, record, question);
    if (question.arguments.preflight) // the other options are those of earlier attempts
        refuse_impossible(cluster, {.sbatch = again.sbatch, .is_whole = false, .jobs = 0});
    const auto held = ledger.hold(token);
    if (held == nullptr)
        throw Error(Exit::failed, fmt::format("another `rdvc` is submitting {}", what));
    base::set_last_words(
        fmt::format("another attempt of {} may or may not have reached the cluster", what),
        "`rdvc status` tells");
    const auto before = record;
    record.state = ledger::State::unconfirmed;
    ledger.conclude(record);
    auto variables = retry_variables(record, ledger.script(token).value_or(""), again);
    const auto ask = [&](const std::string& functions) {
        return send_job(world, cluster, "retry", variables, submission::make_token(), {functions});
    };
    auto answer = ask("");
    if (answer.verb == "lacking") {
        std::string functions;
        try {
            functions = send_lacking(world, project, cluster, record, answer);
        } catch (const Error&) {
            ledger.conclude(before); // nothing was submitted
            throw;
        }
        variables.words["functions_size"] = fmt::format("{}", functions.size());
        answer = ask(functions);
    }
    const bool has_nothing = answer.verb == "absent" && !answer.rest.starts_with("task");
    if (has_nothing && !record.words.empty()) {
        record.state = ledger::State::refused;
        ledger.conclude(record);
        base::set_last_words("nothing was submitted"); // the caller may do so now
        return {record, ""};
    }
    if (answer.verb != "submitted") {
        auto error = has_nothing
                         ? Error(Exit::failed, fmt::format("the cluster has nothing of {}", what))
                               .hint("rdvc run")
                         : failure(what, cluster.name(), answer);
        record.state = error.code() == Exit::unknown ? ledger::State::unconfirmed : before.state;
        if (before.is_open() && error.code() == Exit::refused)
            record.state = ledger::State::refused;
        ledger.conclude(record);
        throw error;
    }
    record.state = ledger::State::submitted;
    record.job = answer.job();
    base::set_last_words(fmt::format("{} was submitted again, as job {}", what, record.job));
    ledger.conclude(record);
    return {record, answer.tasks};
}

} // namespace rdvc::send
