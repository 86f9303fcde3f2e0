// From records and SLURM's words to what a user is told. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state/record.hpp"
#include "state/words.hpp"

namespace rdvc::state {

/// What a user is told about one submission. Combined from the job's own record, SLURM's live view
/// and accounting; no answer is `unknown`, never "finished".
struct State {
    std::string word;   ///< one of words(), or SLURM's for how it ended the job, in lower case
    std::string phase;  ///< of the job; empty before it starts
    std::string detail; ///< a sentence, or empty

    [[nodiscard]] Kind kind() const { return kind_of(word); }
};

/// Why a job failed, according to its result: its own sentence, and the reason that the failed
/// program gave (DVC, for an experiment).
std::string explain_failure(const std::map<std::string, std::string>& result);

/// Its job in SLURM's answer, or nothing.
const slurm::Job* job_of(const Record& record, const Overview& overview);

/// `SLURM expects to start it at 14:20`, if it waits for other jobs or for nodes and SLURM says
/// when; of a sweep its first job that waits. Else "".
std::string expected_start(const Record& record, const Overview& overview);

/// From its last start to its last phase, or until now; nothing before it starts.
std::optional<double> seconds_run(const Record& record, const Overview& overview);

/// Of a submission with one task, or of a task of a sweep (Record::of_task).
State derive_state(const Record& record, const Overview& overview);

/// A sweep: how many of its tasks are in each state: first results, last what is uncertain.
struct SweepState {
    std::vector<std::pair<std::string, unsigned>> counts; ///< word, tasks
    State state; ///< of the whole: not certain, alive, or how it ended
};
SweepState derive_sweep(const Record& record, const Overview& overview);

/// `12 published  2 failed  83 pending`
std::string describe_counts(const SweepState& sweep);

/// True for a phase whose job may hold a result that is nowhere else, if it ended in it. Jobs and
/// `rdvc recover` on the cluster have the same in `both/names.sh`.
bool may_hold_result(std::string_view phase);

/// True if `rdvc recover` applies: a result that could not be published. A job that was killed
/// while it published could not say so itself.
bool may_be_recovered(const Record& record, const Overview& overview);

} // namespace rdvc::state
