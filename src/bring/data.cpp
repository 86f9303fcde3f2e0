#include "bring/data.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "bring/outputs_reader.hpp"
#include "data/cache.hpp"
#include "project/dvc.hpp"
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

std::vector<Wanted> wanted_by(world::World& world, const remote::Project& project,
                              const std::vector<Arrived>& experiments) {
    std::vector<std::string> commits;
    for (const auto& experiment : experiments) {
        commits.push_back(experiment.commit);
        commits.push_back(experiment.commit + "^");
    }
    const OutputsReader reader(world, project, commits);
    std::map<const Outputs*, std::set<std::string>> before; // hashes, by baseline
    std::vector<Wanted> all;
    for (const auto& experiment : experiments) {
        const auto& baseline = reader.of(experiment.commit + "^");
        const auto [known, is_new] = before.try_emplace(&baseline);
        if (is_new)
            for (const auto& output : baseline)
                known->second.insert(output.hash);
        for (const auto& output : reader.of(experiment.commit))
            all.push_back({output, experiment.name, !known->second.contains(output.hash)});
    }
    return all;
}

// One of each: the experiments of a sweep name the same data.
std::vector<Wanted> distinct(const std::vector<Wanted>& all) {
    std::set<std::pair<std::string, std::string>> seen;
    std::vector<Wanted> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&](const Wanted& one) {
        return seen.emplace(one.name(), one.output.path).second;
    });
    return some;
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
    const auto all = wanted_by(world, project, experiments);
    if (all.empty())
        return true;
    const auto some = distinct(all);
    std::vector<remote::Object> objects;
    std::transform(some.begin(), some.end(), std::back_inserter(objects), object_of);
    remote::Transfer transfer(world, project.config, cluster);
    auto lacking = transfer.bring(objects, cache);
    const auto files = files_in(some, cache);
    auto more = transfer.bring(files, cache);
    warn_of_case(world.console, project, files);
    std::move(more.begin(), more.end(), std::back_inserter(lacking));
    const bool whole = report_lacking(world.console, all, lacking);
    transfer.refuse_damaged();
    return whole;
}

std::map<std::string, std::string> why_not_by_dvc(world::World& world,
                                                  const remote::Project& project,
                                                  const std::vector<std::string>& commits) {
    if (project::has_dvc_remote(project.dvc_project))
        return project::objections_to_dvc(world.runner, project.repository, project.dvc_project,
                                          commits);
    std::map<std::string, std::string> why;
    for (const auto& commit : commits)
        why[commit] = "no DVC remote is configured here";
    return why;
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
