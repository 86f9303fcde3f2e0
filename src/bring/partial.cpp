#include "bring/partial.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/text.hpp"
#include "bring/job_folder.hpp"
#include "project/arrivals.hpp"
#include "submission/name.hpp"
#include "submission/token.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

namespace {

Error no_partial(const state::Record& record, const state::State& state) {
    Error error(Exit::failed, fmt::format("{} has no partial result: {}", record.id(), state.word));
    error.context(state.detail);
    if (state::has_result(state.kind()))
        error.hint("it has a complete one: rdvc pull " + record.id());
    else if (state.kind() == state::Kind::unpublished)
        error.hint("rdvc recover " + record.id());
    else if (state::is_live(state.kind()))
        error.hint("it has not written one yet; rdvc logs -f " + record.id());
    else
        error.hint("rdvc logs " + record.id());
    return error;
}

// Fetches the current one from the mirror, so that `dvc exp show` lists it; a newer one replaces
// it. False if there is none.
bool fetch_partial_ref(world::World& world, const remote::Project& project,
                       remote::Cluster& cluster, const state::Record& record,
                       const state::Overview& overview) {
    const auto ref = state::field(record.result, "partial_ref");
    if (!submission::is_experiment_ref(ref) || ref.find("-partial") == std::string::npos)
        return false;
    const auto fetched =
        world.runner.run(cluster.fetch(cluster.url(overview.dir + "/repos/" + project.mirror),
                                       {"+" + ref + ":" + ref}, project.repository.top));
    if (fetched.status != 0)
        world.console.warn(fmt::format("its commit {} could not be fetched: {}",
                                       base::printable(ref),
                                       base::printable(base::trim(fetched.err))));
    return fetched.status == 0;
}

// Returns the files, from the folder `into`.
std::vector<std::string> bring_files(world::World& world, const remote::Project& project,
                                     remote::Cluster& cluster, const state::Record& record,
                                     const state::Overview& overview, fs::path& into) {
    const auto name = state::field(record.notes, "name");
    into = folder_apart(project, "partial", name);
    const auto waiting =
        waiting_folder(world, project, fmt::format("partial-{}-{}", record.token, record.task));
    const bool is_here = fs::is_directory(fs::symlink_status(into));
    const JobFolder folder_there{.target = {record.token, record.task},
                                 .folder = "partial",
                                 .place = record.folder(overview.dir) + "/partial",
                                 .has_rsync = overview.has_rsync,
                                 .earlier = is_here ? into : fs::path()};
    bring_folder(world, cluster, folder_there, waiting);
    leave_out_guarded(world, waiting, {});
    put_apart(project, "partial", name, waiting);
    std::vector<std::string> files;
    for (const auto& path : project::arrivals_in(into))
        files.push_back(path.generic_string());
    return files;
}

void bring(world::World& world, const remote::Project& project, remote::Cluster& cluster,
           const state::Record& record, const state::Overview& overview) {
    const auto state = state::derive_state(record, overview);
    const auto there = look_at_folder(cluster, {record.token, record.task}, "partial");
    const auto name = base::printable(state::field(record.notes, "name"));
    const bool has_ref = fetch_partial_ref(world, project, cluster, record, overview);
    if (there.value_or(0) == 0) {
        if (!has_ref)
            throw no_partial(record, state);
        world.console.data(fmt::format("pulled {}-partial; no files were kept\n", name));
        return;
    }
    fs::path into;
    const auto files = bring_files(world, project, cluster, record, overview, into);
    world.console.data(fmt::format(
        "pulled the partial result of {}: {} in {}\n", name, base::count(files.size(), "file"),
        into.lexically_relative(project.repository.top).generic_string()));
    for (const auto& line : base::lines(base::first_lines(files)))
        world.console.data("  " + base::printable(line) + "\n");
    if (state::is_live(state.kind()))
        world.console.note(
            "its job is still running; run the same command again to bring newer files");
    world.console.note(
        fmt::format("next:  rdvc logs {}{}", record.id(), has_ref ? "    dvc exp show" : ""));
}

} // namespace

Exit pull_partial(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                  const std::vector<remote::Target>& targets) {
    const auto overview = remote::ask_overview(cluster, project.mirror,
                                               targets.size() == 1 ? targets.front().token : "",
                                               remote::all_submissions);
    auto exit = Exit::done;
    for (const auto& [token, task] : targets) {
        const auto record = std::find_if(
            overview.submissions.begin(), overview.submissions.end(),
            [&, &sought = token](const state::Record& k) { return k.token == sought; });
        if (record == overview.submissions.end() || !submission::is_token(token))
            throw Error(Exit::failed, "the cluster has no trace of this submission");
        try {
            if (task == 0 && record->task_count() > 0)
                throw Error(Exit::failed, "partial results come one task at a time")
                    .hint(fmt::format("rdvc pull --partial {0}.1 to {0}.{1}", record->id(),
                                      record->task_count()));
            bring(world, project, cluster, task == 0 ? *record : record->of_task(task), overview);
        } catch (const Error& error) {
            if (error.code() != Exit::failed || targets.size() == 1)
                throw;
            world.console.error(error.message());
            exit = Exit::failed;
        }
    }
    return exit;
}

} // namespace rdvc::bring
