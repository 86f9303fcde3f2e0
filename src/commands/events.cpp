// `rdvc events`: what has happened to a submission, with times.

#include <cstdlib>
#include <ctime>

#include <fmt/core.h>

#include "base/clock.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "remote/details.hpp"
#include "state/events.hpp"
#include "state/json.hpp"

namespace rdvc::commands {

using base::Exit;

Exit events(world::World& world, const Words& words) {
    OneSubmission one;
    bool json = false;
    cli::Options options("events", "Shows what has happened to a submission: when it was sent, "
                                   "queued and started, its phases, its end.");
    one.add_to(options);
    options.flag("--json", json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    auto place = one.find(world);
    const auto [record, overview, details] =
        remote::ask_details(place.cluster, place.project.mirror, place.target, remote::More::times);
    const auto events = state::events_of(record, overview, details);
    world.console.data(json ? state::as_json(record, events) : state::events_text(events));
    constexpr std::int64_t slack = 60; // the answer has been under way for a while
    const auto ahead = static_cast<std::int64_t>(std::time(nullptr)) - overview.time;
    if (!json && overview.time > 0 && std::abs(ahead) > slack)
        world.console.note(fmt::format("times are by the cluster's clock; this machine's is {} {}",
                                       base::duration(std::abs(ahead)),
                                       ahead > 0 ? "ahead of it" : "behind it"));
    return Exit::done;
}

} // namespace rdvc::commands
