#include "send/job_remote.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/dvc.hpp"
#include "project/dvc_remote.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;

namespace {

bool has_folder(remote::Cluster& cluster, const std::string& path) {
    script::Variables variables;
    variables.words = {{"folder", path}};
    bool there = false;
    cluster.ask("folder", variables,
                [&](const transport::Frame& frame) { there = there || frame.verb == "there"; });
    return there;
}

} // namespace

bool job_has_dvc_remote(const world::World& world, const remote::Project& project,
                        remote::Cluster& cluster, const submission::RunArguments& arguments) {
    const auto url =
        project::default_remote_url(project::read_config(project.dvc_project / ".dvc" / "config"));
    const auto& way = project.config.text("run.data");
    if (!url || !project::is_path(*url) || way == "ssh")
        return url.has_value();
    const auto path = url->starts_with("file://") ? url->substr(7) : *url;
    const bool is_absolute = path.starts_with("/");
    if (way == "remote" && !is_absolute)
        throw Error(Exit::not_ready,
                    fmt::format("the default DVC remote is `{}`, a folder on this machine", *url))
            .context("run.data = \"remote\" is set by " + project.config.origin("run.data"))
            .hint("without this setting data travels over SSH");
    // A dry run asks nobody.
    if (way == "remote" || (is_absolute && (arguments.dry_run || has_folder(cluster, path))))
        return true;
    world.console.note(
        fmt::format("the default DVC remote is `{}`, which the cluster does not have; data travels "
                    "over SSH, and `dvc push` on this machine copies it to the remote",
                    base::printable(*url)));
    return false;
}

} // namespace rdvc::send
