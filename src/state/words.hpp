// The words for states of a submission, and what may be done next.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::state {

enum class Kind {
    pending,
    running,
    published,
    done,
    built,
    failed,
    unpublished,
    ended, ///< by SLURM, in its own word: timeout, cancelled, node_fail, ...
    lost,
    refused,
    unconfirmed,
    unknown,
    not_submitted
};

/// rdvc's word for a kind; empty for `ended`, which has SLURM's words.
struct Word {
    Kind kind;
    std::string_view word;
    std::string_view next; ///< the command to type next, before the submission's id
};

const std::vector<Word>& words();

/// The kind of a state's word: rdvc's own, or SLURM's in lower case. States that SLURM calls active
/// count as running.
Kind kind_of(std::string_view word);

/// True for a job that waits or runs.
bool is_live(Kind kind);

/// True for a result that `rdvc pull` can bring.
bool has_result(Kind kind);

/// The command to type next for a submission that is in such a state, e.g. `rdvc wait 7`.
std::string next_command(Kind kind, const std::string& id);

} // namespace rdvc::state
