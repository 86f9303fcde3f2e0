#include "commands/submissions.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/failure.hpp"
#include "submission/token.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

void add_line(Kept& kept, const std::string& file, const std::string& line) {
    if (file == "submission")
        kept.notes.insert(base::key_and_value(line));
    else if (file == "result")
        kept.result.insert(base::key_and_value(line));
    else if (file == "phases") {
        const auto [time, phase] = base::key_and_value(line);
        kept.phases.emplace_back(base::parse_time(time), phase);
    } else if (file == "jobid")
        kept.job = slurm::is_job_id(line) ? line : "";
    else if (file == "sbatch.exit")
        kept.sbatch_exit = line;
    else if (file == "sbatch.err")
        kept.sbatch_error = line;
    else if (file == "pulled")
        kept.pulled = true;
    else if (file == "claim")
        kept.claimed = true;
    else if (file == "revoked")
        kept.revoked = line;
    else if (file == "attempt")
        kept.attempt = base::parse_number(line).value_or(1);
    else if (file == "new")
        kept.is_new = true;
    else if (file == "cancelled")
        kept.cancelled = true;
    else if (file == "slurm")
        kept.slurm = line;
}

} // namespace

std::string field(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? "" : found->second;
}

std::string Kept::id() const {
    return job.empty() ? token.substr(0, 8) : job;
}

bool Kept::is_command() const {
    return field(notes, "kind") == "command";
}

unsigned long Kept::output() const {
    return std::strtoul(field(result, "output").c_str(), nullptr, 10);
}

namespace {

// SLURM's word, as a user of rdvc reads it: `CANCELLED by 1000` -> `cancelled`.
std::string state_word(const std::string& state) {
    const auto words = base::words(state);
    return words.empty() ? "unknown" : base::lower(words.front());
}

// The job's own word for how it ended.
State ended(const Kept& kept, const slurm::Job* job) {
    static const std::map<std::string, std::string> words = {{"time_limit", "timeout"},
                                                             {"cancelled", "cancelled"},
                                                             {"preempted", "preempted"},
                                                             {"out_of_memory", "out_of_memory"},
                                                             {"node_failure", "node_fail"}};
    State state{field(kept.result, "state"), field(kept.result, "phase"),
                explain_failure(kept.result)};
    if (state.word.empty())
        return {"unknown", state.phase, "the job's result is damaged"};
    if (state.word != "failed")
        return state;
    const auto cause = words.find(field(kept.result, "cause"));
    // Where the job can only say that it was stopped, SLURM knows by what.
    if (cause != words.end())
        state.word = cause->second;
    else if (job != nullptr && !slurm::is_active(job->state) && job->state != "FAILED" &&
             job->state != "COMPLETED")
        state.word = state_word(job->state);
    return state;
}

// SLURM knows how the job ended, which has written no result.
State ended_by_slurm(const std::string& slurm_state, const std::string& phase) {
    static const std::map<std::string, std::string> sentences = {
        {"node_fail", "the node failed"},
        {"out_of_memory", "the job used more memory than it had asked for"},
        {"timeout", "the job reached its time limit"},
        {"preempted", "the job had to make room for another one"},
        {"cancelled", "the job was cancelled"},
        {"boot_fail", "the node did not start"},
    };
    const auto word = state_word(slurm_state);
    const auto sentence = sentences.find(word);
    if (word == "failed" || word == "completed") // by itself
        return {word, phase, "the job's script ended without a result; its log may tell why"};
    const std::string how = phase.empty() ? "before it started" : "before it could say more";
    return {word, phase,
            sentence == sentences.end() ? "SLURM ended the job " + how
                                        : sentence->second + ", " + how};
}

std::string ago(std::int64_t since, const Overview& overview) {
    return base::age(std::max<std::int64_t>(overview.time - since, 0));
}

// What was known when SLURM last answered.
State unknown(const slurm::Job* job, const std::string& phase, const Overview& overview) {
    const auto then = job == nullptr ? std::string("not in its list") : state_word(job->state);
    return {
        "unknown", phase,
        fmt::format("squeue does not answer: {}{}", overview.squeue_words,
                    overview.queue_time == 0
                        ? ""
                        : fmt::format("; {} ago: {}", ago(overview.queue_time, overview), then))};
}

// SLURM has no job of it that could still do anything, and the job has left no result.
State without_job(const Kept& kept, const std::string& phase, const Overview& overview) {
    const auto retry = "; next: rdvc retry " + kept.id();
    if (kept.revoked == "cancelled")
        return {"cancelled", phase, "before it started"};
    if (!kept.revoked.empty())
        return {"not submitted", phase, kept.revoked + retry};
    if (!kept.slurm.empty())
        return ended_by_slurm(kept.slurm, phase);
    if (!kept.unsure.empty())
        return {"unknown", phase, kept.unsure};
    if (kept.cancelled)
        return {"cancelled", phase, ""};
    if (kept.claimed)
        return {"lost", phase,
                "the job ended without a result; see its log" +
                    (overview.accounting_words.empty()
                         ? ""
                         : " (sacct does not answer: " + overview.accounting_words + ")") +
                    retry};
    if (!kept.job.empty() || kept.sbatch_exit == "0")
        return {"lost", phase, "SLURM no longer knows the job, and it never started" + retry};
    return {"unconfirmed", phase, "it is not known yet whether there is a job"};
}

} // namespace

std::string explain_failure(const std::map<std::string, std::string>& result) {
    const auto message = field(result, "message");
    const auto reason = project::failure_in(base::split(field(result, "said"), '\t'));
    if (reason.empty())
        return message;
    // Of `dvc exp run` the exit code says nothing: it is 255 whatever happened.
    if (field(result, "cause") == "stage" && field(result, "phase") == "experiment")
        return reason;
    return message + ": " + reason;
}

State derive_state(const Kept& kept, const Overview& overview) {
    const std::string phase = kept.phases.empty() ? "" : kept.phases.back().second;
    const slurm::Job* job = nullptr;
    const auto [begin, end] = overview.jobs.equal_range(kept.token);
    for (auto one = begin; one != end; ++one)
        if (kept.job.empty() || one->second.id == kept.job)
            job = &one->second;
    const auto word = field(kept.result, "state");
    const bool good = word == "published" || word == "done";
    // SLURM starts it again, after a preemption, say.
    const bool again = job != nullptr && job->state == "PENDING" && !good;
    if (!kept.result.empty() && !again)
        return ended(kept, job);
    // sbatch's own word; nothing is in doubt.
    if (kept.job.empty() && !kept.sbatch_exit.empty() && kept.sbatch_exit != "0" &&
        !kept.revoked.empty())
        return {"refused", phase,
                kept.sbatch_error.empty() ? "sbatch refused it" : kept.sbatch_error};
    if (!kept.revoked.empty()) // whatever SLURM has of it will do nothing
        return without_job(kept, phase, overview);
    if (!overview.squeue_answered && kept.slurm.empty())
        return unknown(job, phase, overview);
    if (job == nullptr && kept.is_new)
        return kept.claimed ? State{"running", phase, ""}
                            : State{"pending", phase, "has just been submitted"};
    if (job == nullptr)
        return without_job(kept, phase, overview);
    if (job->state == "PENDING")
        return {"pending", phase, slurm::explain_reason(job->reason)};
    if (slurm::is_active(job->state))
        return {job->state == "COMPLETING" ? "running" : base::lower(job->state), phase, ""};
    return ended_by_slurm(job->state, phase);
}

bool may_be_recovered(const Kept& kept, const Overview& overview) {
    const auto state = derive_state(kept, overview);
    if (state.word == "unpublished")
        return true;
    std::string phase; // without a result `end` only says that it was over
    for (const auto& [start, name] : kept.phases)
        if (name != "end" || !kept.result.empty())
            phase = name;
    const bool lives = state.word == "pending" || state.word == "running" ||
                       state.word == "published" || state.word == "done" || state.word == "unknown";
    return !lives && (phase == "push" || phase == "publish" || phase == "output");
}

namespace {

// It becomes part of URLs, where anything else could name another host.
std::string sound_folder(const std::string& dir) {
    if (!dir.starts_with("/") || base::printable(dir) != dir)
        throw Error(Exit::failed, "the cluster names no folder of rdvc's").context(dir);
    return dir;
}

} // namespace

void hear(Overview& overview, const transport::Frame& frame) {
    if (frame.verb == "submission") {
        if (submission::is_token(frame.rest)) // which becomes part of paths
            overview.submissions.push_back({.token = frame.rest});
    } else if (frame.verb == "file" && !overview.submissions.empty()) {
        const auto [token, rest] = base::key_and_value(frame.rest);
        const auto [file, line] = base::key_and_value(rest);
        if (token == overview.submissions.back().token)
            add_line(overview.submissions.back(), file, line);
    } else if (frame.verb == "unsure") {
        const auto [token, words] = base::key_and_value(frame.rest);
        for (auto& kept : overview.submissions)
            if (kept.token == token)
                kept.unsure = words;
    } else if (frame.verb == "job") {
        if (auto job = slurm::parse_squeue_line(frame.rest))
            overview.jobs.emplace(job->token, *job);
    } else if (frame.verb == "squeue") {
        overview.squeue_answered = frame.rest == "ok";
        overview.squeue_words = frame.rest;
    } else if (frame.verb == "queue_time") {
        overview.queue_time = std::strtoll(frame.rest.c_str(), nullptr, 10);
    } else if (frame.verb == "accounting") {
        overview.accounting_words = frame.rest;
    } else if (frame.verb == "time") {
        overview.time = static_cast<std::int64_t>(base::parse_time(frame.rest));
    } else if (frame.verb == "rsync") {
        overview.has_rsync = true;
    } else if (frame.verb == "dir") {
        overview.dir = sound_folder(frame.rest);
    }
}

Overview ask_overview(Cluster& cluster, const std::string& mirror, const std::string& only,
                      unsigned limit) {
    Overview overview;
    script::Variables variables;
    variables.words = {{"mirror", mirror}, {"only", only}, {"limit", fmt::format("{}", limit)}};
    cluster.ask("status", variables, [&](const transport::Frame& frame) { hear(overview, frame); });
    return overview;
}

std::string find_submission(cli::World& world, Cluster& cluster, const std::string& mirror,
                            const std::string& word) {
    // What is meant for sure comes before what only begins so.
    std::vector<std::string> exact;
    const auto matches = [&](const std::string& token, const std::string& job,
                             const std::string& name) {
        if (!word.empty() && (job == word || name == word))
            exact.push_back(token);
        return word.empty() || job == word || name == word ||
               (word.size() >= 4 && token.starts_with(word));
    };
    std::vector<std::string> found;
    std::vector<std::string> refused; // if nothing else has this name
    for (const auto& record : open_ledger(world).read())
        if (record.mirror == mirror && record.cluster == cluster.name() &&
            matches(record.token, record.job, record.name))
            (record.state == ledger::State::refused ? refused : found).push_back(record.token);
    if (found.empty() && !word.empty())
        found = refused;
    if (found.empty()) {
        auto overview = ask_overview(cluster, mirror, "", word.empty() ? 1 : all_submissions);
        std::reverse(overview.submissions.begin(), overview.submissions.end());
        for (const auto& kept : overview.submissions)
            if (matches(kept.token, kept.job, field(kept.notes, "name")))
                found.push_back(kept.token);
    }
    if (found.empty())
        throw Error(Exit::usage, word.empty()
                                     ? "this project has no submission"
                                     : fmt::format("no submission of this project is `{}`", word))
            .hint(word.empty() ? "rdvc run" : "`rdvc status` lists them");
    const auto sure = std::find_if(found.rbegin(), found.rend(), [&](const std::string& token) {
        return std::find(exact.begin(), exact.end(), token) != exact.end();
    });
    return sure == found.rend() ? found.back() : *sure;
}

} // namespace rdvc::commands
