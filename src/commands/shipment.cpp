#include "commands/shipment.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/md5.hpp"
#include "base/text.hpp"
#include "commands/submissions.hpp"
#include "commands/transfer.hpp"
#include "script/embedded.hpp"
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

ledger::Holding functions_holding() {
    return {"functions", script::job_functions().hash, ""};
}

} // namespace

Shipment::Shipment(cli::World& world, const Project& project, Cluster& cluster, const Order& order,
                   const std::string& command_line, const std::vector<std::string>& words)
    : world_(world), project_(project), cluster_(cluster), submission_(order.submission),
      submodules_(order.submodules), inputs_(order.inputs),
      ledger_(open_ledger(world)), record_{.token = submission_.token,
                                           .time = timestamp(),
                                           .cluster = cluster.name(),
                                           .mirror = project.mirror,
                                           .name = submission_.tasks.front().name,
                                           .commit = submission_.facts.commit,
                                           .job = {},
                                           .dir = project.config.text("cluster.dir"),
                                           .words = words},
      script_(script::render_job(submission_)),
      notes_(script::render_notes(submission_, command_line, record_.time)) {
    if (submission_.kind == submission::Kind::command)
        record_.outputs = submission_.facts.outputs;
    pack(ledger::believed_holdings(ledger_.read(), record_.cluster));
}

std::uint32_t Shipment::objects() const {
    std::uint32_t objects = 0;
    for (const auto& parcel : cargo_.parcels)
        objects += parcel.pack.objects;
    return objects;
}

std::uintmax_t Shipment::size() const {
    std::uintmax_t size = script_.size() + cargo_.functions.size();
    for (const auto& parcel : cargo_.parcels)
        size += parcel.pack.size;
    return size;
}

bool Shipment::is_cut() const {
    return !cargo_.parcels.empty() && cargo_.parcels.front().cut;
}

void Shipment::pack(const std::vector<ledger::Holding>& believed) {
    cargo_ = load(believed);
    record_.holdings = {functions_holding()};
    if (!inputs_.list.empty())
        record_.holdings.push_back(inputs_holding());
    if (!cargo_.tags_holding.object.empty())
        record_.holdings.push_back(cargo_.tags_holding);
    for (const auto& parcel : cargo_.parcels)
        record_.holdings.push_back(parcel.holding);
}

Shipment::Cargo Shipment::load(const std::vector<ledger::Holding>& believed) const {
    const auto& facts = submission_.facts;
    Cargo cargo;
    const auto is_there = [&](const ledger::Holding& holding) {
        return std::find(believed.begin(), believed.end(), holding) != believed.end();
    };
    if (!is_there(functions_holding()))
        cargo.functions = script::job_functions().text;
    cargo.has_inputs = inputs_.list.empty() || is_there(inputs_holding());
    if (submission_.code != "ssh")
        return cargo;
    for (const auto& tag : project::reachable_tags(world_.runner, project_.repository)) {
        cargo.tags += tag.object + " " + tag.name + "\n";
        if (tag.annotated)
            cargo.tag_objects.push_back(tag.object);
    }
    if (!cargo.tags.empty())
        cargo.tags_holding = {facts.mirror + "/tags", base::short_hash(cargo.tags), ""};
    if (is_there(cargo.tags_holding)) {
        cargo.tags.clear();
        cargo.tag_objects.clear();
    }
    const auto max_history = project_.config.size("run.max_history");
    const auto add = [&](const Delivery& delivery) {
        const auto file = folder_.path() / fmt::format("pack-{}", cargo.parcels.size());
        cargo.parcels.push_back(make_parcel(world_.runner, delivery, believed, max_history, file));
    };
    add({project_.repository, facts.mirror, facts.tip(), facts.commit, cargo.tag_objects});
    for (std::size_t i = 0; i < submodules_.size(); ++i)
        add({submodules_[i].repository,
             facts.submodules[i].mirror,
             facts.submodules[i].tip(),
             submodules_[i].commit,
             {}});
    if (cargo.parcels.front().cut) { // the commits of tags stay here
        cargo.tags_holding = {};
        cargo.tags.clear();
        cargo.tag_objects.clear();
    }
    return cargo;
}

ledger::Holding Shipment::inputs_holding() const {
    return {"data " + submission_.cache, base::md5(inputs_.list), ""};
}

void Shipment::send_inputs() {
    Transfer(world_, project_.config, cluster_).send(inputs_.objects);
    cargo_.has_inputs = true;
}

Shipment::Answer Shipment::submit() {
    const bool on_login =
        submission_.environment.where == "login" && !submission_.facts.setup.empty();
    script::Variables variables;
    variables.words = {
        {"token", submission_.token},
        {"attempt", fmt::format("{}", submission_.attempt)},
        {"experiment_ref",
         submission::experiment_ref(submission_.facts.commit, submission_.tasks.front().name)},
        {"force", submission_.force ? "1" : "0"},
        {"everything", record_.resent ? "1" : "0"},
        {"on_login", on_login ? "environment" : ""},
        {"with_job", on_login && submission_.only_environment ? "0" : "1"},
        {"data_size", fmt::format("{}", inputs_.list.size())},
        {"script_size", fmt::format("{}", script_.size())},
        {"notes", notes_},
        {"tags", cargo_.tags_holding.object},
        {"tags_size", fmt::format("{}", cargo_.tags.size())},
        {"functions", script::job_functions().hash},
        {"functions_length", fmt::format("{}", script::job_functions().text.size())},
        {"functions_size", fmt::format("{}", cargo_.functions.size())},
    };
    if (!inputs_.list.empty()) {
        variables.words["cache"] = submission_.cache;
        variables.words["cache_group"] = submission_.cache_group ? "1" : "0";
    }
    variables.lists = {{"tag_objects", cargo_.tag_objects},
                       {"unset_variables", contradicting_variables(submission_)}};
    auto& lists = variables.lists;
    for (const auto* name : {"mirrors", "tips", "pack_sizes", "haves", "boundaries"})
        lists[name];
    Cluster::Data data = {inputs_.list, script_, cargo_.tags, cargo_.functions};
    for (const auto& parcel : cargo_.parcels) {
        lists["mirrors"].push_back(parcel.holding.place);
        lists["tips"].push_back(parcel.holding.object);
        lists["pack_sizes"].push_back(fmt::format("{}", parcel.pack.size));
        lists["haves"].push_back(base::join(parcel.haves, " "));
        lists["boundaries"].push_back(base::join(parcel.boundary, " "));
        if (parcel.pack.size > 0)
            data.emplace_back(parcel.pack.file);
    }
    Answer answer;
    answer.reply = cluster_.execute("submit", variables, submission_.token, data,
                                    base::Effect::changes, [&](const transport::Frame& frame) {
                                        if (frame.verb == "err")
                                            answer.errors.push_back(frame.rest);
                                        else if (frame.verb == "unset")
                                            answer.unset.push_back(frame.rest);
                                        else if (frame.verb == "log")
                                            world_.console.note(frame.rest);
                                        else if (frame.verb == "submitted"
                                                     ? is_submitted(frame)
                                                     : script::is_last_word("submit", frame.verb)) {
                                            answer.verb = frame.verb;
                                            answer.rest = frame.rest;
                                        }
                                    });
    return answer;
}

// The same words on the same code; what is made of the work tree is the same commit each time.
bool Shipment::is_same(const ledger::Record& record) const {
    const auto code = [&](const ledger::Record& one) {
        for (const auto& holding : one.holdings)
            if (holding.place == record_.mirror)
                return holding.object;
        return one.commit;
    };
    return !record_.words.empty() && record.words == record_.words &&
           record.cluster == record_.cluster && record.dir == record_.dir &&
           record.mirror == record_.mirror && code(record) == code(record_);
}

// Of a process that was killed, or lost its connection, before it could tell.
std::optional<ledger::Record> Shipment::earlier() {
    std::string token;
    for (const auto& record : ledger_.read())
        if (record.is_open() && is_same(record) && ledger_.hold(record.token) != nullptr)
            token = record.token;
    if (token.empty())
        return std::nullopt;
    ask_overview(cluster_, record_.mirror, token, 1); // which settles it
    for (const auto& record : ledger_.read())
        if (record.token == token && record.is_open())
            throw Error(Exit::unknown, "it is not known yet whether this very run was submitted "
                                       "before")
                .context(fmt::format("{} of {}", record.name, record.time))
                .hint("`rdvc status` will tell once the cluster answers; then again");
        else if (record.token == token && record.state == ledger::State::submitted)
            return record;
    return std::nullopt;
}

void Shipment::send(const Tell& tell) {
    if (const auto record = earlier()) {
        tell(*record);
        return;
    }
    if (!cargo_.has_inputs)
        send_inputs();
    const auto held = ledger_.hold(record_.token);
    ledger_.intend(record_, script_);
    auto answer = submit();
    if (answer.verb == "lacking") { // somebody has cleaned its cache, or something there is damaged
        world_.console.note(
            "the cluster's cache no longer has all the data; sending what is missing");
        send_inputs();
        answer = submit();
    }
    if (answer.verb == "resend") { // the mirror lacks what an earlier submission had sent
        world_.console.note(answer.rest + "; sending everything");
        pack({});
        record_.resent = true;
        answer = submit();
    }
    for (const auto& variable : answer.unset)
        world_.console.warn(fmt::format("the login node sets {}; it is ignored", variable));
    if (answer.verb == "built") { // on the login node; there is no job
        record_.state = ledger::State::built;
        tell(record_);
        ledger_.conclude(record_);
        return;
    }
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
    tell(record_);
    ledger_.conclude(record_);
}

// Only where it is certain that there is no job may it be another code than `unknown`.
Error Shipment::failure(const Answer& answer) const {
    if (answer.verb == "refused")
        return refusal(answer);
    if (answer.verb == "lacking")
        return Error(Exit::failed, "the cluster's cache loses data while it is sent")
            .context(answer.rest + " objects");
    if (answer.verb == "resend")
        return Error(Exit::failed, "the cluster still lacks something after all was sent")
            .context(answer.rest);
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
    if (kind == "environment")
        return Error(Exit::failed, "the environment could not be made on the login node")
            .context("its words are above; no job was submitted");
    if (kind == "program")
        return Error(Exit::not_ready, fmt::format("`{}` has no `{}`", record_.cluster, rest))
            .context("it is not on the PATH of `ssh HOST bash -s`")
            .hint("if a login shell has it: `rdvc init remote`; if a module has it: "
                  "cluster.prepare = \"module load slurm\" in ~/.config/rdvc/config.toml");
    return Error(Exit::not_ready, rest).context(base::join(answer.errors, "\n"));
}

} // namespace rdvc::commands
