#include "commands/one_submission.hpp"

#include <fmt/core.h>

namespace rdvc::commands {

void OneSubmission::add_to(cli::Options& options) {
    const std::string without = unnamed_ == Unnamed::newest
                                    ? "default: the newest"
                                    : "show everything that is known about it";
    options
        .word("SUBMISSION", submission_,
              "a job id, an experiment's name or a token, of a sweep's task SUBMISSION.N; " +
                  without)
        .text("--cluster", cluster_, "use [clusters.NAME]", "NAME");
}

OneSubmission::Place::Place(world::World& world, const OneSubmission& one)
    : project(remote::open_project(world, one.cluster_)), cluster(world, project.config),
      target(one.submission_.empty() && one.unnamed_ == Unnamed::all
                 ? remote::Target()
                 : remote::find_target(world, cluster, project.mirror, one.submission_)),
      token(target.token), task(fmt::format("{}", target.task)) {}

} // namespace rdvc::commands
