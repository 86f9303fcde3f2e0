#include "send/submit.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/interrupts.hpp"
#include "base/md5.hpp"
#include "base/text.hpp"
#include "environment/inputs.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/objects.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "script/embedded.hpp"
#include "slurm/options.hpp"
#include "state/state.hpp"
#include "submission/name.hpp"

namespace rdvc::send {

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

ledger::Stored functions_stored() {
    return {"functions", script::job_functions().hash, ""};
}

} // namespace

Sender::Sender(world::World& world, const remote::Project& project, remote::Cluster& cluster,
               const Plan& plan, const std::string& command_line,
               const std::vector<std::string>& words)
    : world_(world), project_(project), cluster_(cluster), submission_(plan.submission),
      submodules_(plan.submodules), inputs_(plan.inputs), environment_(plan.environment),
      ledger_(remote::open_ledger(world)), record_{.token = submission_.token,
                                                   .time = remote::timestamp(),
                                                   .cluster = cluster.name(),
                                                   .mirror = project.mirror,
                                                   .name = submission_.name(),
                                                   .commit = submission_.facts.commit,
                                                   .job = {},
                                                   .dir = project.config.text("cluster.dir"),
                                                   .words = words},
      script_(script::render_job(submission_)),
      notes_(script::render_notes(submission_, command_line, record_.time)) {
    if (submission_.is_sweep()) {
        record_.tasks = static_cast<unsigned>(submission_.tasks.size());
        tasks_ = submission::tasks_file(submission_.tasks);
    }
    if (submission_.kind == submission::Kind::command)
        record_.outputs = submission_.facts.outputs;
    const auto records = ledger_.read();
    const auto believed = ledger::believed_stored(records, record_.cluster);
    environment_news_ = compare_environment(records, believed);
    pack(believed);
}

std::uint32_t Sender::objects() const {
    std::uint32_t objects = 0;
    for (const auto& mirror_pack : payload_.packs)
        objects += mirror_pack.pack.objects;
    return objects;
}

std::uintmax_t Sender::size() const {
    std::uintmax_t size = script_.size() + tasks_.size() + payload_.functions.size();
    for (const auto& mirror_pack : payload_.packs)
        size += mirror_pack.pack.size;
    return size;
}

std::string Sender::compare_environment(const std::vector<ledger::Record>& records,
                                        const std::vector<ledger::Stored>& believed) const {
    if (environment_.empty())
        return "";
    const auto now = stored_environment();
    std::string before; // the newest one, by its hash
    for (const auto& stored : believed) {
        if (stored == now)
            return "as in an earlier submission";
        if (stored.place == now.place && before.empty())
            before = stored.object;
    }
    for (const auto& record : records)
        if (const ledger::Stored stored{now.place, before, ""};
            std::find(record.stored.begin(), record.stored.end(), stored) != record.stored.end())
            if (const auto text = ledger_.environment(record.token))
                return "new, since " + environment::differences(*text, environment_);
    return before.empty() ? "the first of this project there" : "new";
}

bool Sender::is_cut() const {
    return !payload_.packs.empty() && payload_.packs.front().cut;
}

void Sender::pack(const std::vector<ledger::Stored>& believed) {
    payload_ = load(believed);
    record_.stored = {functions_stored()};
    if (!inputs_.list.empty())
        record_.stored.push_back(stored_inputs());
    if (!environment_.empty())
        record_.stored.push_back(stored_environment());
    if (!payload_.stored_tags.object.empty())
        record_.stored.push_back(payload_.stored_tags);
    for (const auto& mirror_pack : payload_.packs)
        record_.stored.push_back(mirror_pack.stored);
}

Sender::Payload Sender::load(const std::vector<ledger::Stored>& believed) const {
    const auto& facts = submission_.facts;
    Payload payload;
    const auto is_there = [&](const ledger::Stored& stored) {
        return std::find(believed.begin(), believed.end(), stored) != believed.end();
    };
    if (!is_there(functions_stored()))
        payload.functions = script::job_functions().text;
    payload.has_inputs = inputs_.list.empty() || is_there(stored_inputs());
    if (!environment_.empty() && !is_there(stored_environment()))
        payload.environment = environment_;
    if (submission_.code != "ssh")
        return payload;
    for (const auto& tag : project::reachable_tags(world_.runner, project_.repository)) {
        payload.tags += tag.object + " " + tag.name + "\n";
        if (tag.annotated)
            payload.tag_objects.push_back(tag.object);
    }
    if (!payload.tags.empty())
        payload.stored_tags = {facts.mirror + "/tags", base::short_hash(payload.tags), ""};
    if (is_there(payload.stored_tags)) {
        payload.tags.clear();
        payload.tag_objects.clear();
    }
    const auto max_history = project_.config.size("run.max_history");
    const auto add = [&](const MirrorContent& content) {
        const auto file = folder_.path() / fmt::format("pack-{}", payload.packs.size());
        payload.packs.push_back(
            make_mirror_pack(world_.runner, content, believed, max_history, file));
    };
    add({project_.repository, facts.mirror, facts.tip(), facts.commit, payload.tag_objects});
    for (std::size_t i = 0; i < submodules_.size(); ++i)
        add({submodules_[i].repository,
             facts.submodules[i].mirror,
             facts.submodules[i].tip(),
             submodules_[i].commit,
             {}});
    if (payload.packs.front().cut) { // the commits of tags stay here
        payload.stored_tags = {};
        payload.tags.clear();
        payload.tag_objects.clear();
    }
    return payload;
}

ledger::Stored Sender::stored_inputs() const {
    return {"data " + submission_.cache, base::md5(inputs_.list), ""};
}

ledger::Stored Sender::stored_environment() const {
    return {submission_.facts.mirror + "/environment", base::md5(environment_), ""};
}

void Sender::send_inputs() {
    remote::Transfer(world_, project_.config, cluster_).send(inputs_.objects);
    payload_.has_inputs = true;
}

JobAnswer Sender::submit() {
    const bool on_login =
        submission_.environment.where == "login" && !submission_.facts.setup.empty();
    script::Variables variables;
    variables.words = {
        {"token", submission_.token},
        {"attempt", fmt::format("{}", submission_.attempt)},
        {"experiment_ref",
         submission::experiment_ref(submission_.facts.commit, submission_.name())},
        {"force", submission_.force ? "1" : "0"},
        {"everything", record_.resent ? "1" : "0"},
        {"on_login", on_login ? "environment" : ""},
        {"with_job", submission_.only_prepared                  ? "prepared"
                     : on_login && submission_.only_environment ? "0"
                                                                : "1"},
        {"data_size", fmt::format("{}", inputs_.list.size())},
        {"script_size", fmt::format("{}", script_.size())},
        {"tasks", fmt::format("{}", record_.tasks)},
        {"named_by_values", submission_.named_by_values ? "1" : "0"},
        {"tasks_size", fmt::format("{}", tasks_.size())},
        {"notes", notes_},
        {"environment", environment_.empty() ? "" : stored_environment().object},
        {"environment_size", fmt::format("{}", payload_.environment.size())},
        {"tags", payload_.stored_tags.object},
        {"tags_size", fmt::format("{}", payload_.tags.size())},
        {"functions", script::job_functions().hash},
        {"functions_length", fmt::format("{}", script::job_functions().text.size())},
        {"functions_size", fmt::format("{}", payload_.functions.size())},
    };
    if (!inputs_.list.empty()) {
        variables.words["cache"] = submission_.cache;
        variables.words["cache_group"] = submission_.cache_group ? "1" : "0";
    }
    variables.lists = {{"tag_objects", payload_.tag_objects},
                       {"unset_variables", contradicting_variables(submission_)}};
    auto& lists = variables.lists;
    for (const auto* name : {"mirrors", "tips", "pack_sizes", "haves", "boundaries"})
        lists[name];
    remote::Cluster::Data data = {inputs_.list,         script_,       tasks_,
                                  payload_.environment, payload_.tags, payload_.functions};
    for (const auto& mirror_pack : payload_.packs) {
        lists["mirrors"].push_back(mirror_pack.stored.place);
        lists["tips"].push_back(mirror_pack.stored.object);
        lists["pack_sizes"].push_back(fmt::format("{}", mirror_pack.pack.size));
        lists["haves"].push_back(base::join(mirror_pack.haves, " "));
        lists["boundaries"].push_back(base::join(mirror_pack.boundary, " "));
        if (mirror_pack.pack.size > 0)
            data.emplace_back(mirror_pack.pack.file);
    }
    return send_job(world_, cluster_, "submit", variables, submission_.token, data);
}

// The same words on the same code; the same work tree gives the same commit each time.
bool Sender::is_same(const ledger::Record& record) const {
    const auto code = [&](const ledger::Record& one) {
        for (const auto& stored : one.stored)
            if (stored.place == record_.mirror)
                return stored.object;
        return one.commit;
    };
    return !record_.words.empty() && record.words == record_.words &&
           record.cluster == record_.cluster && record.dir == record_.dir &&
           record.mirror == record_.mirror && code(record) == code(record_) &&
           ledger_.tasks(record.token).value_or("") == tasks_; // a file of parameters may change
}

// Of a process that was killed or lost its connection before it could report.
std::optional<ledger::Record> Sender::earlier() {
    std::string token;
    for (const auto& record : ledger_.read())
        if (record.is_open() && is_same(record) && ledger_.hold(record.token) != nullptr)
            token = record.token;
    if (token.empty())
        return std::nullopt;
    remote::ask_overview(cluster_, record_.mirror, token, 1); // which settles it
    for (const auto& record : ledger_.read())
        if (record.token == token && record.is_open())
            throw Error(Exit::unknown,
                        "it is not known yet whether the same run was already submitted")
                .context(fmt::format("{} of {}", record.name, record.time))
                .hint("`rdvc status` will say once the cluster answers; then run it again");
        else if (record.token == token && record.state == ledger::State::submitted)
            return record;
    return std::nullopt;
}

void Sender::send(const Tell& tell) {
    if (const auto record = earlier()) {
        tell(*record);
        return;
    }
    if (!payload_.has_inputs)
        send_inputs();
    const auto held = ledger_.hold(record_.token);
    const auto what = fmt::format("{} ({})", record_.name, record_.token.substr(0, 8));
    base::set_last_words(what + " may or may not have reached the cluster", "`rdvc status` tells");
    ledger_.intend(record_, script_, payload_.environment, tasks_);
    auto answer = submit();
    if (answer.verb == "lacking") { // somebody has cleaned the cache, or something there is damaged
        world_.console.note(
            "the cluster's cache no longer has all the data; sending what is missing");
        send_inputs();
        answer = submit();
    }
    if (answer.verb == "resend") { // the mirror lacks what an earlier submission sent
        world_.console.note(answer.rest + "; sending everything");
        pack({});
        record_.resent = true;
        answer = submit();
    }
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
    record_.state = submission_.is_shell ? ledger::State::built : ledger::State::submitted;
    record_.job = answer.job();
    base::set_last_words(fmt::format("{} was submitted, as job {}", what, record_.job));
    tell(record_);
    ledger_.conclude(record_);
}

// A code other than `unknown` needs certainty that there is no job.
Error Sender::failure(const JobAnswer& answer) const {
    if (auto error = answer.verb == "refused" ? refusal(answer) : std::nullopt)
        return *error;
    if (answer.verb == "lacking")
        return Error(Exit::failed, "the cluster's cache loses data while it is sent")
            .context(answer.rest + " objects");
    if (answer.verb == "resend")
        return Error(Exit::failed, "the cluster still lacks something after everything was sent")
            .context(answer.rest);
    return no_job(
        answer, record_.cluster, "it is not known whether the job was submitted",
        "`rdvc status` will say once the cluster answers; do not run it again before then");
}

// A refusal that only a first attempt can meet.
std::optional<Error> Sender::refusal(const JobAnswer& answer) const {
    const auto [kind, rest] = base::key_and_value(answer.rest);
    if (kind == "name")
        return Error(Exit::usage,
                     fmt::format("the cluster already has an experiment `{}` on this commit", rest))
            .hint("choose another name, or replace it with `-f`");
    if (kind == "array")
        return Error(Exit::refused,
                     fmt::format("the cluster does not take an array of {} tasks", record_.tasks))
            .context(rest)
            .hint("submit the sweep in parts");
    if (kind == "environment")
        return Error(Exit::failed, "the environment could not be built on the login node")
            .context("its output is above; no job was submitted");
    if (kind == "program")
        return Error(Exit::not_ready, fmt::format("`{}` has no `{}`", record_.cluster, rest))
            .context("it is not on the PATH of `ssh HOST bash -s`")
            .hint("if a login shell has it: `rdvc init remote`; if a module has it: "
                  "cluster.prepare = \"module load slurm\" in ~/.config/rdvc/config.toml");
    return std::nullopt;
}

} // namespace rdvc::send
