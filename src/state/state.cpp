#include "state/state.hpp"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/failure.hpp"

namespace rdvc::state {

namespace {

// SLURM's word, as a user of rdvc reads it: `CANCELLED by 1000` -> `cancelled`.
std::string state_word(const std::string& state) {
    const auto words = base::words(state);
    return words.empty() ? "unknown" : base::lower(words.front());
}

// The job's own word for how it ended.
State ended(const Record& kept, const slurm::Job* job) {
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

// A shell that is replaced cannot write why the job ends.
constexpr auto in_bashrc =
    "the job ended without a message while ~/.bashrc was loaded: does it `exec` "
    "another shell? In jobs it must not";

bool ended_in_bashrc(const std::string& slurm_state, const std::string& phase) {
    return phase == "bashrc" && (slurm_state == "COMPLETED" || slurm_state == "FAILED");
}

// SLURM knows how the job ended, which has written no result.
State ended_by_slurm(const std::string& slurm_state, const std::string& phase, const Record& kept) {
    static const std::map<std::string, std::string> sentences = {
        {"node_fail", "the node failed"},
        {"out_of_memory", "the job used more memory than it had asked for"},
        {"timeout", "the job reached its time limit"},
        {"preempted", "the job had to make room for another one"},
        {"cancelled", "the job was cancelled"},
        {"boot_fail", "the node did not start"},
    };
    if (ended_in_bashrc(slurm_state, phase))
        return {"failed", phase, in_bashrc};
    const auto word = state_word(slurm_state);
    const auto sentence = sentences.find(word);
    const bool began = kept.claimed || !phase.empty();
    if (word == "failed" || word == "completed") // by itself
        return {word, phase,
                fmt::format("the job's script ended without a result; rdvc logs {}", kept.id())};
    const std::string how = began ? "before it could say more" : "before it started";
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
State without_job(const Record& kept, const std::string& phase, const Overview& overview) {
    const auto retry = "; next: rdvc retry " + kept.id();
    if (kept.revoked == "cancelled")
        return {"cancelled", phase, "before it started"};
    if (!kept.revoked.empty())
        return {"not submitted", phase, kept.revoked + retry};
    if (!kept.slurm.empty())
        return ended_by_slurm(kept.slurm, phase, kept);
    if (!kept.unsure.empty())
        return {"unknown", phase, kept.unsure};
    if (kept.cancelled)
        return {"cancelled", phase, ""};
    if (kept.claimed && phase == "bashrc")
        return {"lost", phase, in_bashrc + retry};
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

State derive_state(const Record& kept, const Overview& overview) {
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
    return ended_by_slurm(job->state, phase, kept);
}

bool may_hold_result(std::string_view phase) {
    return phase == "push" || phase == "publish" || phase == "output";
}

bool may_be_recovered(const Record& kept, const Overview& overview) {
    const auto state = derive_state(kept, overview);
    if (state.kind() == Kind::unpublished)
        return true;
    std::string phase; // without a result `end` only says that it was over
    for (const auto& [start, name] : kept.phases)
        if (name != "end" || !kept.result.empty())
            phase = name;
    const bool lives =
        is_live(state.kind()) || has_result(state.kind()) || state.kind() == Kind::unknown;
    return !lives && may_hold_result(phase);
}

} // namespace rdvc::state
