#include "bring/data.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "data/cache.hpp"
#include "data/pipeline.hpp"
#include "project/dvc.hpp"
#include "project/dvc_files.hpp"
#include "project/dvc_remote.hpp"
#include "remote/objects.hpp"

namespace rdvc::bring {

namespace {

// A file or folder that DVC keeps for a commit.
struct Wanted {
    data::Output output;
    std::string experiment;
    bool is_made = false; ///< by the experiment: its baseline has another

    [[nodiscard]] std::string name() const { return data::object_name(output.hash, output.legacy); }
};

// Outputs of a commit that are in DVC's cache and leave a machine. With `cache: false` Git has
// them.
std::vector<data::Output> outputs_of(world::World& world, const remote::Project& project,
                                     const std::string& commit) {
    const auto listed =
        project::ask_git(world.runner, project.repository,
                         {"ls-tree", "-r", "-t", "-z", "--full-tree", "--name-only", commit});
    const auto below = project.dvc_project.lexically_relative(project.repository.top);
    std::set<std::string> in_git;
    std::vector<std::string> dvc_files;
    for (auto& path : base::split(listed, '\0')) {
        if (project::is_dvc_file(path))
            dvc_files.push_back(path);
        in_git.insert(std::move(path));
    }
    dvc_files = project::files_of_project(
        world.runner, project.repository, below == "." ? "" : below.generic_string(),
        std::move(dvc_files),
        [&](const std::string& folder) { return in_git.contains(folder + "/.dvc"); });
    const auto pipeline = data::read_pipeline(
        project::read_files(world.runner, project.repository, commit, dvc_files));
    std::vector<data::Output> outputs = pipeline.tracked;
    for (const auto& stage : pipeline.stages)
        outputs.insert(outputs.end(), stage.outs.begin(), stage.outs.end());
    std::erase_if(outputs, [&](const data::Output& output) {
        return !output.cached || !output.pushed || in_git.contains(output.path) ||
               output.hash.size() < 3 ||
               !data::parse_object_name(data::object_name(output.hash, output.legacy));
    });
    return outputs;
}

std::vector<Wanted> wanted_by(world::World& world, const remote::Project& project,
                              const Arrived& experiment) {
    std::set<std::string> before;
    const auto baseline = experiment.commit + "^";
    if (!project::existing_objects(world.runner, project.repository, {baseline}).empty())
        for (const auto& output : outputs_of(world, project, baseline))
            before.insert(output.hash);
    std::vector<Wanted> all;
    for (auto& output : outputs_of(world, project, experiment.commit)) {
        const bool is_made = !before.contains(output.hash);
        all.push_back({std::move(output), experiment.name, is_made});
    }
    return all;
}

remote::Object object_of(const Wanted& wanted) {
    const auto& output = wanted.output;
    return {wanted.name(), output.path, output.is_folder() ? std::nullopt : output.size, {}};
}

// The files in the folders, as far as their own objects have come.
std::vector<remote::Object> files_in(const std::vector<Wanted>& all,
                                     const std::filesystem::path& cache) {
    std::vector<remote::Object> files;
    for (const auto& wanted : all) {
        if (!wanted.output.is_folder())
            continue;
        const auto listing =
            data::parse_listing(base::read_file(cache / wanted.name()).value_or(""));
        if (listing)
            for (const auto& [path, hash] : *listing)
                files.push_back({data::object_name(hash, wanted.output.legacy),
                                 wanted.output.path + "/" + path,
                                 std::nullopt,
                                 {}});
    }
    return files;
}

bool report_lacking(const world::Console& console, const std::vector<Wanted>& all,
                    const std::vector<remote::Object>& lacking) {
    std::set<std::string> lost;
    std::set<std::string> others;
    for (const auto& object : lacking)
        for (const auto& wanted : all)
            if (object.label == wanted.output.path ||
                object.label.starts_with(wanted.output.path + "/"))
                (wanted.is_made ? lost : others)
                    .insert(wanted.is_made
                                ? fmt::format("{} of {}", object.label, wanted.experiment)
                                : object.label);
    if (!others.empty())
        console.note(fmt::format(
            "not on the cluster, and not made by these experiments: {}",
            base::join(base::lines(base::first_lines({others.begin(), others.end()})), ", ")));
    if (!lost.empty())
        console.warn(fmt::format(
            "the cluster's cache no longer has {}",
            base::join(base::lines(base::first_lines({lost.begin(), lost.end()})), ", ")));
    return lost.empty();
}

// If `a` and `A` are one file, DVC would check one of them out over the other.
void warn_of_case(const world::Console& console, const remote::Project& project,
                  const std::vector<remote::Object>& files) {
    if (!std::filesystem::exists(project.dvc_project / ".DVC"))
        return;
    std::vector<std::string> paths;
    for (const auto& file : files)
        paths.push_back(file.label);
    const auto same = data::same_but_for_case(paths);
    if (!same.empty())
        console.warn(fmt::format("to this machine's file system these names are one file: {}",
                                 base::join(base::lines(base::first_lines(same)), ", ")));
}

} // namespace

bool bring_data(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                const std::vector<Arrived>& experiments) {
    const auto cache = data::cache_dir(project.dvc_project, world.environment);
    std::vector<Wanted> all;
    for (const auto& experiment : experiments) {
        auto some = wanted_by(world, project, experiment);
        std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    if (all.empty())
        return true;
    std::vector<remote::Object> objects;
    std::transform(all.begin(), all.end(), std::back_inserter(objects), object_of);
    remote::Transfer transfer(world, project.config, cluster);
    auto lacking = transfer.bring(objects, cache);
    const auto files = files_in(all, cache);
    auto more = transfer.bring(files, cache);
    warn_of_case(world.console, project, files);
    std::move(more.begin(), more.end(), std::back_inserter(lacking));
    const bool whole = report_lacking(world.console, all, lacking);
    transfer.refuse_damaged();
    return whole;
}

std::string why_not_by_dvc(world::World& world, const remote::Project& project,
                           const std::string& commit) {
    if (!project::has_dvc_remote(project.dvc_project))
        return "no DVC remote is configured here";
    return project::objection_to_dvc(world.runner, project.repository, project.dvc_project, commit);
}

std::optional<base::Error> fetch_by_dvc(world::World& world, const remote::Project& project,
                                        const std::vector<Arrived>& experiments) {
    // The refs are here, so the repository is its own source.
    std::vector<std::string> argv = {"dvc", "exp", "pull", project.repository.top.string()};
    for (const auto& experiment : experiments)
        argv.push_back(experiment.name);
    base::Result done;
    try {
        done = world.runner.run(
            {.argv = argv, .effect = base::Effect::changes, .folder = project.dvc_project});
    } catch (const base::Error& error) { // there is no dvc here
        return error;
    }
    // DVC exits 0 with objects missing; it says so.
    const bool incomplete = (done.out + done.err).find("issing cache files") != std::string::npos;
    if (done.status == 0 && !incomplete)
        return std::nullopt;
    return base::Error(base::Exit::failed, "`dvc exp pull` could not bring the data")
        .context(done.err);
}

std::vector<std::string> whole_here(world::World& world, const remote::Project& project,
                                    const std::vector<std::string>& commits) {
    if (commits.empty())
        return {};
    auto here = project::existing_objects(world.runner, project.repository, commits);
    const auto waiting = project::refs_below(world.runner, project.repository, pulled_refs);
    std::erase_if(here, [&](const std::string& commit) { // its data has not come yet
        return waiting.contains(fmt::format("{}/{}", pulled_refs, commit));
    });
    return here;
}

} // namespace rdvc::bring
