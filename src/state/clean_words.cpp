#include "state/clean.hpp"

namespace rdvc::state {

const std::vector<CleanKindWord>& clean_kinds() {
    static const std::vector<CleanKindWord> table = {
        {CleanKind::submission, "submission", "submissions"},
        {CleanKind::workspace, "workspace", "workspaces of dead jobs"},
        {CleanKind::environment, "environment", "environments"},
        {CleanKind::functions, "functions", "functions of other versions of rdvc"},
        {CleanKind::leftover, "leftover", "leftovers"},
        {CleanKind::lock, "lock", "locks of dead builders"},
        {CleanKind::note, "note", "notes about keys"}};
    return table;
}

const std::vector<KeepReasonWord>& keep_reasons() {
    static const std::vector<KeepReasonWord> table = {
        {KeepReason::live, "live", "a job waits or runs", false},
        {KeepReason::unpulled, "unpulled", "the result is not here; `rdvc pull` brings it", true},
        {KeepReason::unpublished, "unpublished",
         "it has a result that is nowhere else; `rdvc status JOB` says how to save it", true},
        {KeepReason::workspace, "workspace",
         "it was kept on purpose, or its job was killed while it published", true},
        {KeepReason::unconfirmed, "unconfirmed", "sbatch has not answered", true},
        {KeepReason::not_begun, "not-begun",
         "its job never began, but may wait on another cluster that uses this folder", true},
        {KeepReason::unknown, "unknown", "squeue does not answer", false},
        {KeepReason::link, "link", "it is a link", true},
        {KeepReason::young, "young", "younger than --older", false}};
    return table;
}

const CleanKindWord& word_of(CleanKind kind) {
    return clean_kinds().at(static_cast<std::size_t>(kind));
}

const KeepReasonWord& word_of(KeepReason reason) {
    return keep_reasons().at(static_cast<std::size_t>(reason));
}

} // namespace rdvc::state
