// `rdvc recover --here`: brings the content of a kept workspace to this machine, if it cannot be
// published.

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/text.hpp"
#include "bring/job_folder.hpp"
#include "bring/recovery.hpp"
#include "submission/name.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

namespace {

// A path from the cluster becomes part of a URL.
bool is_plain_path(const std::string& path) {
    return path.starts_with("/") && std::none_of(path.begin(), path.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == '%' || c == 0x7f;
           });
}

// From the kept repository itself; an experiment here with different content keeps its name.
// Returns the name here, or "" if there is no experiment.
std::string fetch_experiment(world::World& world, const remote::Project& project,
                             remote::Cluster& cluster, const Recovery& recovery) {
    const auto from = state::field(recovery.words, "ref");
    const auto commit = state::field(recovery.words, "experiment");
    const auto place = state::field(recovery.words, "kept");
    if (commit.empty())
        return "";
    if (!submission::is_experiment_ref(from) || !is_plain_path(place)) {
        world.console.warn("the experiment was not fetched: the cluster named no valid ref for it");
        return "";
    }
    auto to = from;
    const auto here = project::commit_of(world.runner, project.repository, to);
    if (!here.empty() && here != commit)
        to += "-" + recovery.target.token;
    const auto fetched = world.runner.run(
        cluster.fetch(cluster.url(place), {from + ":" + to}, project.repository.top));
    if (fetched.status != 0) {
        world.console.warn(fmt::format("git fetch could not bring the experiment: {}",
                                       base::printable(base::trim(fetched.err))));
        return "";
    }
    return to.substr(to.rfind('/') + 1);
}

void require_new_folder(const fs::path& folder) {
    if (fs::exists(fs::symlink_status(folder)) &&
        (!fs::is_directory(fs::symlink_status(folder)) || !fs::is_empty(folder)))
        throw Error(Exit::usage, fmt::format("{} already exists", folder.string()))
            .hint("--into needs a new or empty folder");
}

} // namespace

void recover_here(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                  const remote::Target& target, const std::string& into) {
    const auto asked_for = into.empty() ? fs::path() : world.folder / into;
    if (!into.empty())
        require_new_folder(asked_for);
    const auto recovery = ask_to_recover(world, project, cluster, target, "here");
    if (const auto error = hindrance(recovery, cluster.name()))
        throw Error(*error);
    const auto place = state::field(recovery.words, "place");
    if (place.empty()) {
        if (!recovery.result.empty())
            throw Error(Exit::failed, fmt::format("{} is published already", recovery.name()))
                .hint("rdvc pull " + recovery.id());
        throw Error(Exit::unknown, "the cluster did not say what the workspace has");
    }
    const auto name = fetch_experiment(world, project, cluster, recovery);
    const auto waiting =
        waiting_folder(world, project, fmt::format("here-{}-{}", target.token, target.task));
    const JobFolder there{
        .target = target, .folder = ".here", .place = place, .has_rsync = recovery.has("rsync")};
    bring_folder(world, cluster, there, waiting);
    leave_out_guarded(world, waiting, {});
    fs::path folder = asked_for;
    if (into.empty())
        folder = put_apart(project, "recovered", state::field(recovery.words, "name"), waiting);
    else
        put_apart(folder, waiting);
    world.console.data(fmt::format("brought {} new file(s) of {} to {}\n", recovery.word("files"),
                                   recovery.name(), folder.string()));
    if (!name.empty())
        world.console.data(fmt::format("brought the experiment as {} ({})\n", name,
                                       recovery.word("experiment").substr(0, 10)));
    world.console.note(fmt::format("the workspace stays on the cluster: {}:{}", cluster.name(),
                                   recovery.word("kept")));
}

} // namespace rdvc::bring
