// `rdvc why`: why a submission is in the state that it is in, and what to do about it.

#include "state/why.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "remote/details.hpp"
#include "state/json.hpp"

namespace rdvc::commands {

using base::Exit;

Exit why(world::World& world, const Words& words) {
    OneSubmission one;
    bool json = false;
    cli::Options options("why",
                         "Says why a submission waits, runs or has failed, and what to type next.");
    one.add_to(options);
    options.flag("--json", json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    auto place = one.find(world);
    const auto [record, overview, details] =
        remote::ask_details(place.cluster, place.project.mirror, place.target, remote::More::job);
    if (!overview.squeue_answered)
        world.console.warn("squeue does not answer: " + overview.squeue_words);
    const auto why = state::why_of(record, overview, details);
    world.console.data(json ? state::as_json(record, overview, why) : state::as_text(why));
    return Exit::done;
}

} // namespace rdvc::commands
