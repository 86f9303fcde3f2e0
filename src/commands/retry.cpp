// `rdvc retry`: another attempt of a submission that is known to be gone; if the cluster has
// nothing of it, a new submission.

#include <fmt/core.h>

#include "base/quote.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "send/retry.hpp"
#include "submission/arguments.hpp"

namespace rdvc::commands {

using base::Exit;

Exit retry(world::World& world, const Words& words) {
    if (words.empty() || words.front() == "--help" || words.front() == "-h") {
        world.console.data(
            "usage: rdvc retry SUBMISSION [SBATCH OPTIONS]\n\n"
            "Submits again what is known to be gone: the same code, arguments and name, as "
            "another\n"
            "attempt. A training continues from its outputs with `persist: true`. sbatch's "
            "options\n"
            "replace the earlier ones, e.g. --time=12:00:00 --mem=64G. If the cluster has nothing\n"
            "of the submission, the same `rdvc run` is repeated.\n\n"
            "  SUBMISSION        a job id, an experiment's name or a token\n"
            "  --cluster NAME    use [clusters.NAME]\n");
        return words.empty() ? Exit::usage : Exit::done;
    }
    const auto arguments = submission::parse_run_arguments(Words(words.begin() + 1, words.end()));
    const remote::Project project = remote::open_project(world, arguments.cluster.value_or(""));
    remote::Cluster cluster(world, project.config);
    const auto& what = words.front();
    const auto token = remote::find_submission(world, cluster, project.mirror, what);
    const auto record = send::retry(world, project, cluster, {what, token, arguments});
    if (record.state == ledger::State::refused) {
        world.console.note("the cluster has nothing of it; submitting the project as it is now: "
                           "rdvc run " +
                           base::quote_all(record.words));
        return run(world, record.words);
    }
    world.console.note(fmt::format("submitted {} again as job {}", record.name, record.job));
    world.console.note(fmt::format("next:  rdvc logs -f {0}    rdvc wait {0}", record.job));
    return Exit::done;
}

} // namespace rdvc::commands
