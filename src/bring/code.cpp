#include "bring/code.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/status.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;

namespace {

bool has_commit(world::World& world, const remote::Project& project, const std::string& commit) {
    return world.runner
               .run({.argv = {"git", "cat-file", "-e", commit + "^{tree}"},
                     .folder = project.repository.top})
               .status == 0;
}

} // namespace

Code find_code(world::World& world, const remote::Project& project, remote::Cluster& cluster,
               const std::string& token) {
    const auto overview = remote::ask_overview(cluster, project.mirror, token, 1);
    if (overview.submissions.empty())
        throw Error(Exit::failed, "the cluster has no trace of this submission")
            .context(token.substr(0, 8));
    const auto& notes = overview.submissions.front().notes;
    const Code code{state::field(notes, "commit"), state::field(notes, "snapshot")};
    if (has_commit(world, project, code.commit) && has_commit(world, project, code.tip()))
        return code;
    const auto result =
        world.runner.run(cluster.fetch(cluster.url(overview.dir + "/repos/" + project.mirror),
                                       {"refs/rdvc/" + token}, project.repository.top));
    if (result.status != 0 || !has_commit(world, project, code.commit) ||
        !has_commit(world, project, code.tip()))
        throw Error(Exit::failed, "neither this repository nor the cluster has the code any longer")
            .context(base::printable(base::trim(result.err)));
    return code;
}

} // namespace rdvc::bring
