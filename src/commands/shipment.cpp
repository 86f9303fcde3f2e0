#include "commands/shipment.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "slurm/options.hpp"
#include "submission/name.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;
using submission::Submission;

namespace {

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

} // namespace

Shipment::Shipment(cli::World& world, const Project& project, Cluster& cluster,
                   const Submission& submission, const std::string& command_line)
    : world_(world), project_(project), cluster_(cluster), submission_(submission),
      ledger_(open_ledger(world)), record_{.token = submission.token,
                                           .time = timestamp(),
                                           .cluster = cluster.name(),
                                           .mirror = project.mirror,
                                           .name = submission.tasks.front().name,
                                           .commit = submission.facts.commit,
                                           .job = {},
                                           .sent = submission.code == "ssh"
                                                       ? ledger::Sent::missing
                                                       : ledger::Sent::nothing},
      script_(script::render_job(submission)),
      notes_(script::render_notes(submission, command_line, record_.time)) {
    if (submission.code == "ssh")
        cargo_ = load(ledger::believed_commits(ledger_.read(), record_.cluster, record_.mirror));
}

Shipment::Cargo Shipment::load(const std::vector<std::string>& believed) const {
    const auto& commit = submission_.facts.commit;
    Cargo cargo;
    std::vector<std::string> wanted = {commit};
    for (const auto& tag : project::reachable_tags(world_.runner, project_.repository)) {
        cargo.tags += tag.object + " " + tag.name + "\n";
        if (tag.annotated)
            cargo.tag_objects.push_back(tag.object);
    }
    cargo.haves = project::existing_objects(world_.runner, project_.repository, believed);
    const bool known =
        std::find(cargo.haves.begin(), cargo.haves.end(), commit) != cargo.haves.end();
    wanted.insert(wanted.end(), cargo.tag_objects.begin(), cargo.tag_objects.end());
    if (!known || !cargo.tag_objects.empty())
        cargo.pack = project::make_pack(world_.runner, project_.repository, wanted, cargo.haves,
                                        folder_.path() / "pack");
    return cargo;
}

Shipment::Answer Shipment::submit() {
    script::Variables variables;
    variables.words = {
        {"token", submission_.token},
        {"attempt", fmt::format("{}", submission_.attempt)},
        {"mirror", submission_.facts.mirror},
        {"head", submission_.facts.commit},
        {"experiment_ref",
         submission::experiment_ref(submission_.facts.commit, submission_.tasks.front().name)},
        {"force", submission_.force ? "1" : "0"},
        {"code", submission_.code},
        {"script_size", fmt::format("{}", script_.size())},
        {"notes", notes_},
        {"tags_size", fmt::format("{}", cargo_.tags.size())},
        {"pack_size", fmt::format("{}", cargo_.pack.size)},
    };
    variables.lists = {{"haves", cargo_.haves},
                       {"tag_objects", cargo_.tag_objects},
                       {"unset_variables", contradicting_variables(submission_)}};
    Cluster::Data data = {script_, cargo_.tags};
    if (cargo_.pack.size > 0)
        data.emplace_back(cargo_.pack.file);
    Answer answer;
    answer.reply =
        cluster_.execute("submit", variables, submission_.token, data, base::Effect::changes,
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

std::string Shipment::send() {
    ledger_.intend(record_, script_);
    auto answer = submit();
    if (answer.verb == "resend") { // the mirror lacks what an earlier submission had sent
        world_.console.note("the cluster's mirror lacks earlier objects; sending all of them");
        cargo_ = load({});
        record_.sent = ledger::Sent::all;
        answer = submit();
    }
    for (const auto& variable : answer.unset)
        world_.console.warn(fmt::format("the login node sets {}; it is ignored", variable));
    if (answer.verb != "submitted") {
        const auto error = failure(answer);
        record_.state =
            error.code() == Exit::unknown ? ledger::State::unconfirmed : ledger::State::refused;
        ledger_.conclude(record_);
        throw error;
    }
    for (const auto& line : answer.errors)
        world_.console.note("sbatch: " + line);
    record_.state = ledger::State::submitted;
    record_.job = base::key_and_value(answer.rest).first;
    ledger_.conclude(record_);
    return record_.job;
}

// Only where it is certain that there is no job may it be another code than `unknown`.
Error Shipment::failure(const Answer& answer) const {
    if (answer.verb == "refused")
        return refusal(answer);
    if (answer.verb == "resend")
        return {Exit::failed, "the cluster's mirror cannot be repaired by sending all objects"};
    if (answer.reply.outcome == transport::Outcome::unreachable ||
        answer.reply.outcome == transport::Outcome::no_bash)
        return connection_error(record_.cluster, answer.reply);
    return Error(Exit::unknown, "it is not known whether the job was submitted")
        .context(answer.verb == "unknown"
                     ? base::trim(answer.rest + "\n" + base::join(answer.errors, "\n"))
                     : transport::main_reason(answer.reply.errors))
        .hint("`rdvc status` will tell once the cluster answers; do not run it again before");
}

Error Shipment::refusal(const Answer& answer) const {
    const auto [kind, rest] = base::key_and_value(answer.rest);
    if (kind == "sbatch")
        return Error(Exit::refused, "sbatch refused the job")
            .context(base::join(answer.errors, "\n"));
    if (kind == "name")
        return Error(Exit::usage,
                     fmt::format("the cluster has an experiment `{}` on this commit already", rest))
            .hint("choose another name, or replace it with `-f`");
    if (kind == "program")
        return Error(Exit::not_ready, fmt::format("`{}` has no `{}`", record_.cluster, rest))
            .context("it is not on the PATH of `ssh HOST bash -s`")
            .hint("if a login shell has it: `rdvc init remote`; if a module has it: "
                  "cluster.prepare = \"module load slurm\" in ~/.config/rdvc/config.toml");
    return Error(Exit::not_ready, rest).context(base::join(answer.errors, "\n"));
}

} // namespace rdvc::commands
