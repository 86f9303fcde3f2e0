// `rdvc why`: why a submission is in the state that it is in, and what to do about it.

#include "state/why.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "remote/details.hpp"

namespace rdvc::commands {

using base::Exit;

Exit why(world::World& world, const Words& words) {
    OneSubmission one;
    cli::Options options("why",
                         "Says why a submission waits, runs or has failed, and what to type next.");
    one.add_to(options);
    if (!options.parse(words, world.console))
        return Exit::done;
    auto place = one.find(world);
    const auto [record, overview, details] =
        remote::ask_details(place.cluster, place.project.mirror, place.target, remote::More::job);
    if (!overview.squeue_answered)
        world.console.warn("squeue does not answer: " + overview.squeue_words);
    world.console.data(state::as_text(state::why_of(record, overview, details)));
    return Exit::done;
}

} // namespace rdvc::commands
