#include "commands/one_submission.hpp"

#include "remote/lookup.hpp"

namespace rdvc::commands {

void OneSubmission::add_to(cli::Options& options) {
    const std::string without = unnamed_ == Unnamed::newest
                                    ? "default: the newest"
                                    : "show everything that is known about it";
    options.word("SUBMISSION", submission_, "a job id, an experiment's name or a token; " + without)
        .text("--cluster", cluster_, "use [clusters.NAME]", "NAME");
}

OneSubmission::Place::Place(world::World& world, const OneSubmission& one)
    : project(remote::open_project(world, one.cluster_)), cluster(world, project.config),
      token(one.submission_.empty() && one.unnamed_ == Unnamed::all
                ? ""
                : remote::find_submission(world, cluster, project.mirror, one.submission_)) {}

} // namespace rdvc::commands
