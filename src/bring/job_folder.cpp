#include "bring/job_folder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "project/arrivals.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

namespace {

// A partial result grows while it is read; its files are complete at any time.
bool may_change(const JobFolder& there) {
    return there.folder == "partial";
}

// Nothing in `into` is trusted, but nothing may be written beside it either. --inplace continues an
// incomplete file; not if files are shared with an earlier copy.
std::vector<std::string> rsync_words(const JobFolder& there) {
    std::vector<std::string> words = {"rsync",        "--recursive",    "--links",
                                      "--safe-links", "--times",        "--executability",
                                      "--delete",     "--protect-args", "--chmod=Du+rwx,Fu+rw",
                                      "--no-devices", "--no-specials"};
    if (may_change(there)) // some are incomplete; others may have changed within this second
        words.insert(words.end(), {"--exclude=.rdvc-new-*", "--checksum"});
    if (there.earlier.empty())
        words.emplace_back("--inplace");
    else
        words.insert(words.end(), {"--partial", "--link-dest=" + there.earlier.string()});
    return words;
}

// False if another way is needed: one side has no rsync, or rsync would take the host's name for a
// path.
bool bring_by_rsync(world::World& world, remote::Cluster& cluster, const JobFolder& there,
                    const fs::path& into) {
    if (!cluster.is_local() && (!there.has_rsync || cluster.name().find(':') != std::string::npos))
        return false;
    base::Command rsync{.argv = rsync_words(there), .effect = base::Effect::changes};
    if (!cluster.is_local())
        rsync.argv.insert(rsync.argv.end(), {"-e", cluster.rsync_shell()});
    const auto from = cluster.is_local() ? there.place : cluster.name() + ":" + there.place;
    rsync.argv.insert(rsync.argv.end(), {"--", from + "/", into.string() + "/"});
    base::Result result;
    try {
        result = world.runner.run(rsync);
    } catch (const Error& error) {
        if (error.code() != Exit::not_ready) // it cannot be started
            throw;
        return false;
    }
    // One side's rsync is too old for these options, or has another protocol; or the other shell
    // found none.
    constexpr auto cannot = std::to_array({1, 2, 4, 127});
    if (std::find(cannot.begin(), cannot.end(), result.status) != cannot.end())
        return false;
    constexpr int vanished = 24; // some files, meanwhile
    if (result.status != 0 && !(result.status == vanished && may_change(there)))
        throw Error(Exit::failed, "rsync could not bring the output").context(result.err);
    return true;
}

script::Variables asked_for(const remote::Target& target, const std::string& folder,
                            const std::string& action) {
    script::Variables variables;
    variables.words = {{"token", target.token},
                       {"task", fmt::format("{}", target.task)},
                       {"folder", folder},
                       {"action", action}};
    return variables;
}

// All at once; nothing of an earlier transfer stays.
void bring_by_tar(world::World& world, remote::Cluster& cluster, const JobFolder& there,
                  const fs::path& into) {
    base::remove_tree(into);
    fs::create_directory(into);
    const fs::path file = into.string() + ".tar";
    {
        std::ofstream tar(file, std::ios::binary | std::ios::trunc);
        bool absent = false;
        cluster.ask(
            "output", asked_for(there.target, there.folder, "send"),
            [&](const transport::Frame& frame) { absent = absent || frame.verb == "absent"; },
            [&tar](std::string_view bytes) {
                tar.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            });
        if (absent)
            throw Error(Exit::failed, "the cluster no longer has the output");
        tar.close();
        if (!tar)
            throw Error(Exit::failed, fmt::format("cannot write {}", file.string()));
    }
    const auto result =
        world.runner.run({.argv = {"tar", "--extract", "--no-same-owner", "--no-same-permissions",
                                   "--file", file.string(), "--directory", into.string()},
                          .effect = base::Effect::changes});
    fs::remove(file);
    if (result.status != 0)
        throw Error(Exit::failed, "tar could not unpack the output").context(result.err);
}

} // namespace

fs::path waiting_folder(world::World& world, const remote::Project& project,
                        const std::string& name) {
    const auto folder = project::git_dir(world.runner, project.repository) / "rdvc";
    base::make_private_folder(folder);
    fs::create_directory(folder / name);
    return folder / name;
}

void bring_folder(world::World& world, remote::Cluster& cluster, const JobFolder& there,
                  const fs::path& into) {
    if (!bring_by_rsync(world, cluster, there, into))
        bring_by_tar(world, cluster, there, into);
}

std::optional<unsigned long> look_at_folder(remote::Cluster& cluster, const remote::Target& target,
                                            const std::string& folder) {
    std::optional<unsigned long> files;
    cluster.ask("output", asked_for(target, folder, "look"), [&](const transport::Frame& frame) {
        if (frame.verb == "files")
            files = std::strtoul(frame.rest.c_str(), nullptr, 10);
    });
    return files;
}

void leave_out_guarded(const world::World& world, const fs::path& arrived,
                       const std::vector<std::string>& declared) {
    std::vector<std::string> names;
    for (const auto& path : project::leave_out_guarded(arrived, declared))
        names.push_back(base::printable(path.string()));
    if (!names.empty())
        world.console.warn(fmt::format("not accepted, because programs here would obey it: {}",
                                       base::join(base::lines(base::first_lines(names)), ", ")));
}

void put_apart(const fs::path& named, const fs::path& arrived) {
    const auto folder = named.has_filename() ? named : named.parent_path(); // `into/`
    // Beside it, under names that nobody else uses.
    const auto beside = "." + folder.filename().string() + ".rdvc-";
    const auto fresh = folder.parent_path() / (beside + "new");
    const auto old = folder.parent_path() / (beside + "old");
    base::remove_tree(fresh);
    fs::create_directories(fresh);
    project::leave_out_links_outside(arrived);
    project::put_into_place(arrived, fresh, project::Replace::yes);
    base::remove_tree(old);
    if (fs::exists(fs::symlink_status(folder)))
        fs::rename(folder, old);
    fs::rename(fresh, folder);
    base::remove_tree(old);
    base::remove_tree(arrived);
}

fs::path folder_apart(const remote::Project& project, const std::string& kind,
                      const std::string& name) {
    const auto part = base::file_name(name);
    return project.dvc_project / ".rdvc" / kind / ((part.front() == '.' ? "-" : "") + part);
}

namespace {

// The folder of all folders of this kind, which Git ignores.
void prepare_kind(const remote::Project& project, const std::string& kind) {
    const auto all = project.dvc_project / ".rdvc" / kind;
    for (const auto& folder : {all.parent_path(), all})
        if (fs::is_symlink(fs::symlink_status(folder)))
            throw Error(
                Exit::failed,
                fmt::format("{} is a symbolic link; nothing was written there", folder.string()));
    const auto ignore = all / ".gitignore";
    if (const auto status = fs::symlink_status(ignore);
        fs::exists(status) && !fs::is_regular_file(status))
        throw Error(Exit::failed, fmt::format("{} is not a regular file; nothing was written there",
                                              ignore.string()));
    if (!fs::exists(ignore))
        base::write_file(ignore, "*\n");
}

} // namespace

fs::path put_apart(const remote::Project& project, const std::string& kind, const std::string& name,
                   const fs::path& arrived) {
    prepare_kind(project, kind);
    auto folder = folder_apart(project, kind, name);
    put_apart(folder, arrived);
    return folder;
}

fs::path make_folder_apart(const remote::Project& project, const std::string& kind,
                           const std::string& name) {
    prepare_kind(project, kind);
    auto folder = folder_apart(project, kind, name);
    if (fs::is_symlink(fs::symlink_status(folder)))
        throw Error(Exit::failed, fmt::format("{} is a symbolic link; nothing was written there",
                                              folder.string()));
    fs::create_directories(folder);
    return folder;
}

} // namespace rdvc::bring
