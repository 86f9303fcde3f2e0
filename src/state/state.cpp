#include "state/state.hpp"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "project/failure.hpp"

namespace rdvc::state {

namespace {

// SLURM's word as rdvc shows it: `CANCELLED by 1000` -> `cancelled`.
std::string state_word(const std::string& state) {
    const auto words = base::words(state);
    return words.empty() ? "unknown" : base::lower(words.front());
}

// The job's own word for how it ended.
State ended(const Record& record, const slurm::Job* job) {
    static const std::map<std::string, std::string> words = {{"time_limit", "timeout"},
                                                             {"cancelled", "cancelled"},
                                                             {"preempted", "preempted"},
                                                             {"out_of_memory", "out_of_memory"},
                                                             {"node_failure", "node_fail"}};
    State state{field(record.result, "state"), field(record.result, "phase"),
                explain_failure(record.result)};
    if (state.word.empty())
        return {"unknown", state.phase, "the job's result is damaged"};
    if (state.word != "failed")
        return state;
    const auto cause = words.find(field(record.result, "cause"));
    // If the job can only say that it was stopped, SLURM knows why.
    if (cause != words.end())
        state.word = cause->second;
    else if (job != nullptr && !slurm::is_active(job->state) && job->state != "FAILED" &&
             job->state != "COMPLETED")
        state.word = state_word(job->state);
    return state;
}

// A shell that was replaced cannot record why the job ends.
constexpr auto in_bashrc =
    "the job ended without a message while ~/.bashrc was loaded: does it `exec` "
    "another shell? In jobs it must not";

bool ended_in_bashrc(const std::string& slurm_state, const std::string& phase) {
    return phase == "bashrc" && (slurm_state == "COMPLETED" || slurm_state == "FAILED");
}

// SLURM knows how the job ended, and the job has written no result.
State ended_by_slurm(const std::string& slurm_state, const std::string& phase,
                     const Record& record) {
    static const std::map<std::string, std::string> sentences = {
        {"node_fail", "the node failed"},
        {"out_of_memory", "the job used more memory than it had requested"},
        {"timeout", "the job reached its time limit"},
        {"preempted", "the job was preempted by another one"},
        {"cancelled", "the job was cancelled"},
        {"boot_fail", "the node did not start"},
    };
    if (ended_in_bashrc(slurm_state, phase))
        return {"failed", phase, in_bashrc};
    const auto word = state_word(slurm_state);
    if (slurm_state.ends_with(" DependencyNeverSatisfied"))
        return {word, phase,
                "a job that it depends on failed, so it never started; next: rdvc retry " +
                    record.submission_id()};
    const auto sentence = sentences.find(word);
    const bool began = record.claimed || !phase.empty();
    if (word == "failed" || word == "completed") // by itself
        return {word, phase,
                fmt::format("the job's script ended without a result; rdvc logs {}", record.id())};
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
    if (overview.is_offline)
        return {"unknown", phase, "the cluster was not asked"};
    const auto then = job == nullptr ? std::string("not in its list") : state_word(job->state);
    return {
        "unknown", phase,
        fmt::format("squeue does not answer: {}{}", overview.squeue_words,
                    overview.queue_time == 0
                        ? ""
                        : fmt::format("; {} ago: {}", ago(overview.queue_time, overview), then))};
}

// SLURM has no job of this submission that could still do anything, and there is no result.
State without_job(const Record& record, const std::string& phase, const Overview& overview) {
    const auto retry = "; next: rdvc retry " + record.submission_id();
    if (record.revoked == "cancelled")
        return {"cancelled", phase, "before it started"};
    if (!record.revoked.empty())
        return {"not submitted", phase, record.revoked + retry};
    if (!record.slurm.empty())
        return ended_by_slurm(record.slurm, phase, record);
    if (!record.unsure.empty())
        return {"unknown", phase, record.unsure};
    if (record.cancelled)
        return {"cancelled", phase, ""};
    if (record.claimed && phase == "bashrc")
        return {"lost", phase, in_bashrc + retry};
    if (record.claimed)
        return {"lost", phase,
                "the job ended without a result; see its log" +
                    (overview.accounting_words.empty()
                         ? ""
                         : " (sacct does not answer: " + overview.accounting_words + ")") +
                    retry};
    if (!record.phases.empty()) // in an earlier attempt, and the newest does not have it
        return {"lost", phase, "the job ended without a result; see its log" + retry};
    if (!record.job.empty() || record.sbatch_exit == "0")
        return {"lost", phase, "SLURM no longer knows the job, and it never started" + retry};
    return {"unconfirmed", phase, "it is not known yet whether there is a job"};
}

// A job that does nothing for long: `no output and no CPU use for 42 min`.
std::string describe_idle(const Record& record, const Overview& overview) {
    const auto since = static_cast<std::int64_t>(record.idle_since);
    if (since == 0 || overview.stalled_after == 0 || overview.time - since < overview.stalled_after)
        return "";
    auto words = base::words(record.idle_words);
    const bool sees_gpu = std::find(words.begin(), words.end(), "gpu") != words.end();
    const bool sees_cpu = std::find(words.begin(), words.end(), "cpu") != words.end();
    return fmt::format("{} for {}",
                       sees_gpu   ? "no output, no CPU and no GPU use"
                       : sees_cpu ? "no output and no CPU use"
                                  : "no output",
                       ago(since, overview));
}

} // namespace

std::string explain_failure(const std::map<std::string, std::string>& result) {
    auto message = field(result, "message");
    auto reason = project::failure_in(base::split(field(result, "said"), '\t'));
    if (reason.empty())
        return message;
    // The exit code of `dvc exp run` says nothing: it is 255 whatever happened.
    if (field(result, "cause") == "stage" && field(result, "phase") == "experiment")
        return reason;
    return message + ": " + reason;
}

namespace {

// True for a job of the submission, or of the task.
bool is_job_of(const slurm::Job& job, const Record& record) {
    return (record.job.empty() || job.id == record.job) &&
           (record.task == 0 || job.has_task(record.job_index()));
}

} // namespace

const slurm::Job* job_of(const Record& record, const Overview& overview) {
    const slurm::Job* job = nullptr;
    const auto [begin, end] = overview.jobs.equal_range(record.token);
    for (auto one = begin; one != end; ++one)
        if (is_job_of(one->second, record))
            job = &one->second;
    return job;
}

std::string expected_start(const Record& record, const Overview& overview) {
    std::int64_t first = 0;
    const auto [begin, end] = overview.jobs.equal_range(record.token);
    for (auto one = begin; one != end; ++one) {
        const auto& job = one->second;
        const bool waits =
            job.state == "PENDING" && (job.reason == "Priority" || job.reason == "Resources");
        const auto start = waits && is_job_of(job, record) ? slurm::epoch_of(job.start) : 0;
        if (start > overview.time && (first == 0 || start < first))
            first = start;
    }
    return first == 0 ? ""
                      : "SLURM expects to start it at " + base::wall_time(first, overview.time);
}

std::optional<double> seconds_run(const Record& record, const Overview& overview) {
    const auto& phases = record.phases;
    const auto restart = std::find_if(phases.rbegin(), phases.rend(),
                                      [](const auto& one) { return one.second == "restart"; });
    const auto first = restart.base(); // the one after it, or the first
    if (first == phases.end())
        return std::nullopt;
    const bool has_ended = phases.back().second == "end" || !record.result.empty();
    const auto end = has_ended ? phases.back().first : static_cast<double>(overview.time);
    return std::max(0.0, end - first->first);
}

State derive_state(const Record& record, const Overview& overview) {
    const std::string phase = record.phases.empty() ? "" : record.phases.back().second;
    const auto* job = job_of(record, overview);
    const auto word = field(record.result, "state");
    const bool good = word == "published" || word == "done";
    // SLURM starts it again, e.g. after a preemption.
    const bool again = job != nullptr && job->state == "PENDING" && !good;
    if (!record.result.empty() && !again)
        return ended(record, job);
    // sbatch's own answer; nothing is in doubt.
    if (record.job.empty() && !record.sbatch_exit.empty() && record.sbatch_exit != "0" &&
        !record.revoked.empty())
        return {"refused", phase,
                record.sbatch_error.empty() ? "sbatch refused it" : record.sbatch_error};
    if (!record.revoked.empty()) // any job of it will do nothing
        return without_job(record, phase, overview);
    if (!overview.squeue_answered && record.slurm.empty())
        return unknown(job, phase, overview);
    if (job == nullptr && record.is_new)
        return record.claimed ? State{"running", phase, ""}
                              : State{"pending", "", "has just been submitted"};
    if (job == nullptr)
        return without_job(record, phase, overview);
    if (job->state == "PENDING")
        return {"pending", "", slurm::explain_reason(job->reason)};
    if (slurm::is_active(job->state) && record.pack() > 1 && !record.claimed)
        return {"pending", "", "waits for its turn: its job runs other tasks first"};
    if (slurm::is_active(job->state))
        return {job->state == "COMPLETING" ? "running" : base::lower(job->state), phase,
                job->state == "RUNNING" ? describe_idle(record, overview) : ""};
    return ended_by_slurm(job->reason == "DependencyNeverSatisfied" ? job->state + " " + job->reason
                                                                    : job->state,
                          phase, record);
}

namespace {

// Of the counts of a sweep's tasks: results, what ended otherwise, what is to come.
int place_in_line(Kind kind) {
    const bool uncertain = kind == Kind::unknown || kind == Kind::unconfirmed;
    return has_result(kind)        ? 0
           : kind == Kind::running ? 2
           : kind == Kind::pending ? 3
           : uncertain             ? 4
                                   : 1;
}

} // namespace

SweepState derive_sweep(const Record& record, const Overview& overview) {
    std::map<std::string, unsigned> counts;
    std::string detail;  // of those that wait, or else of the first that failed
    std::string stalled; // of the first that does nothing
    for (unsigned number = 1; number <= record.task_count(); ++number) {
        const auto state = derive_state(record.of_task(number), overview);
        ++counts[state.word];
        if (state.kind() == Kind::running && !state.detail.empty() && stalled.empty())
            stalled = fmt::format("task {}: {}", number, state.detail);
        const bool tells = !has_result(state.kind()) && state.kind() != Kind::running;
        if (tells && (detail.empty() || state.kind() == Kind::pending))
            detail = state.detail;
    }
    SweepState sweep;
    sweep.counts.assign(counts.begin(), counts.end());
    std::stable_sort(sweep.counts.begin(), sweep.counts.end(), [](const auto& a, const auto& b) {
        return place_in_line(kind_of(a.first)) < place_in_line(kind_of(b.first));
    });
    // What is uncertain, alive or failed counts for the whole.
    for (const auto& [word, count] : sweep.counts)
        if (kind_of(word) != Kind::pending || sweep.state.kind() != Kind::running)
            sweep.state.word = word;
    sweep.state.detail = stalled.empty() ? detail : stalled;
    return sweep;
}

std::string describe_counts(const SweepState& sweep) {
    std::vector<std::string> parts;
    for (const auto& [word, count] : sweep.counts)
        parts.push_back(fmt::format("{} {}", count, word));
    return base::join(parts, "  ");
}

bool may_hold_result(std::string_view phase) {
    return phase == "push" || phase == "publish" || phase == "output" ||
           phase == "after-experiment" || phase == "before-publish" || phase == "after-publish";
}

bool may_be_recovered(const Record& record, const Overview& overview) {
    const auto state = derive_state(record, overview);
    if (state.kind() == Kind::unpublished)
        return true;
    std::string phase; // without a result `end` only says that the job ended
    for (const auto& [start, name] : record.phases)
        if (name != "end" || !record.result.empty())
            phase = name;
    const bool lives =
        is_live(state.kind()) || has_result(state.kind()) || state.kind() == Kind::unknown;
    return !lives && may_hold_result(phase);
}

} // namespace rdvc::state
