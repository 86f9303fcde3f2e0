// From records and SLURM's words to what a user is told. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

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

State derive_state(const Record& record, const Overview& overview);

/// True for a phase whose job may hold a result that is nowhere else, if it ended in it. Jobs and
/// `rdvc recover` on the cluster have the same in `both/names.sh`.
bool may_hold_result(std::string_view phase);

/// True if `rdvc recover` applies: a result that could not be published. A job that was killed
/// while it published could not say so itself.
bool may_be_recovered(const Record& record, const Overview& overview);

} // namespace rdvc::state
