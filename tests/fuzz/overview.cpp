// The answer to `status`, frame by frame, and the states that follow from it. As a whole command:
// status.cpp.

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"
#include "submission/token.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(overview) {
    state::Overview overview;
    for (const auto& line : base::split(fuzz::text_of(data, size), '\n')) {
        const auto [verb, rest] = base::key_and_value(line);
        fuzz::only_errors([&, &verb = verb, &rest = rest] {
            remote::add_frame(overview, {verb, rest});
        });
    }
    for (const auto& kept : overview.submissions) {
        fuzz::check(submission::is_token(kept.token), "a token, since it becomes part of paths");
        fuzz::check(fuzz::is_clean(kept.id()), "what a submission is called is printable");
        const auto state = derive_state(kept, overview);
        fuzz::check(!state.word.empty(), "each has a state");
        fuzz::check(!kept.result.empty() || overview.squeue_answered || !kept.slurm.empty() ||
                        !kept.revoked.empty() || state.word == "unknown" ||
                        state.word == "unconfirmed" || state.word == "refused",
                    "no answer says nothing of a job");
        static_cast<void>(may_be_recovered(kept, overview));
        static_cast<void>(kept.output());
    }
    return 0;
}
