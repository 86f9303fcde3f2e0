#include "bring/outputs.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "bring/job_folder.hpp"
#include "project/arrivals.hpp"
#include "submission/token.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

namespace {

std::string name_of(const state::Record& record) {
    return base::printable(state::field(record.notes, "name"));
}

// True if the user has named this very submission, or this task.
bool is_named(const PullRequest& request, const remote::Target& target) {
    return std::find(request.targets.begin(), request.targets.end(), target) !=
           request.targets.end();
}

bool is_named(const PullRequest& request, const state::Record& record) {
    return is_named(request, remote::Target{record.token, record.task});
}

remote::Target sweep_of(const state::Record& record) {
    return {record.token, 0};
}

// True if the output should be brought; warns or throws if it was requested and there is none.
bool is_wanted(const world::World& world, const state::Record& record, const PullRequest& request,
               const state::Overview& overview) {
    const auto state = state::derive_state(record, overview);
    const bool ended = !record.result.empty();
    if (!is_named(request, record))
        return (state.kind() == state::Kind::done || is_named(request, sweep_of(record))) &&
               ended && record.output() > 0 && (!record.pulled || request.force) &&
               !request.no_data;
    if (ended && record.output() > 0) {
        if (request.no_data)
            world.console.note(name_of(record) +
                               " has output, which was not requested (--no-data)");
        else if (state.kind() != state::Kind::done)
            world.console.note(fmt::format("{} is {}; this is what it had written until then",
                                           name_of(record), state.word));
        return !request.no_data;
    }
    if (state.kind() == state::Kind::done) {
        world.console.note(name_of(record) + " has left no output");
        return false;
    }
    // After a signal, the result comes first, and then what takes longer.
    const bool is_ending = ended && !record.phases.empty() && record.phases.back().second != "end";
    throw Error(Exit::failed, fmt::format("{} has no output to pull: {}", record.id(), state.word))
        .context(is_ending ? "its job is still storing it, or was killed while it did"
                           : state.detail)
        .hint(state::next_command(state.kind(), record.id()));
}

// Tells the cluster what can be cleaned.
void mark_as_pulled(remote::Cluster& cluster, const state::Record& record) {
    script::Variables variables;
    variables.words = {{"token", record.token},
                       {"task", fmt::format("{}", record.task)},
                       {"folder", "output"},
                       {"action", "pulled"}};
    cluster.ask("output", variables, [](const transport::Frame&) {});
}

// The folders that this laptop recorded when it submitted. Nothing if it did not: the cluster's
// word does not count.
std::optional<std::vector<std::string>> folders_of(const world::World& world,
                                                   const std::string& token) {
    for (const auto& record : remote::open_ledger(world).read())
        if (record.token == token)
            return record.outputs;
    return std::nullopt;
}

Error undeclared(const std::vector<fs::path>& outside, const std::vector<std::string>& folders) {
    std::vector<std::string> names;
    for (const auto& path : outside)
        names.push_back(base::printable(path.string()));
    return Error(Exit::failed,
                 fmt::format("the cluster sent files from outside of {}; nothing was changed here",
                             folders.empty() ? "any --output" : base::join(folders, ", ")))
        .context(base::first_lines(names));
}

// Where the output of another laptop's submission goes, which may share its name with others; and
// that of a task.
std::string name_apart(const state::Record& record) {
    if (record.task > 0)
        return state::field(record.notes, "name");
    return state::field(record.notes, "name") + "-" + record.token.substr(0, 8);
}

// True if another laptop submitted it and its output is already in a folder of its own here: to get
// it again, name it.
bool is_apart(const world::World& world, const remote::Project& project,
              const state::Record& record) {
    return !folders_of(world, record.token) &&
           fs::exists(folder_apart(project, "outputs", name_apart(record)));
}

// The tasks of a sweep have files of the same names, so each has a folder of its own. True if this
// laptop submitted the sweep.
bool place_task(world::World& world, const remote::Project& project, const state::Record& record,
                const PullRequest& request, const fs::path& into) {
    const auto known = folders_of(world, record.token);
    if (known)
        if (const auto outside = project::arrivals_outside(into, *known); !outside.empty())
            throw undeclared(outside, *known);
    leave_out_guarded(world, into, known.value_or(std::vector<std::string>()));
    project::leave_out_links_outside(into);
    const auto folder = make_folder_apart(project, "outputs", name_apart(record));
    const auto placed = project::put_into_place(
        into, folder, request.force ? project::Replace::yes : project::Replace::no);
    world.console.data(
        fmt::format("pulled the output of {} to {}: {}{}\n", name_of(record),
                    folder.lexically_relative(project.repository.top).generic_string(),
                    base::count(placed.written, "file"),
                    placed.same == 0 ? "" : fmt::format(", {} more already here", placed.same)));
    return known.has_value();
}

// Moves the files in `into` to their places. False if these are not known here.
bool place(world::World& world, const remote::Project& project, const state::Record& record,
           const PullRequest& request, const fs::path& into) {
    const auto known = folders_of(world, record.token);
    const auto folders = known ? *known : remote::declared_outputs(project, request.folders);
    const auto outside = project::arrivals_outside(into, folders);
    if (known && !outside.empty())
        throw undeclared(outside, folders);
    leave_out_guarded(world, into, folders);
    if (!outside.empty()) {
        const auto apart = put_apart(project, "outputs", name_apart(record), into);
        world.console.data(
            fmt::format("pulled the output of {} to {}\n", name_of(record),
                        apart.lexically_relative(project.repository.top).generic_string()));
        world.console.note(
            fmt::format("another laptop submitted it, so its folders are not known here; `rdvc "
                        "pull --output FOLDER {}` puts its files into the work tree",
                        record.id()));
        return false;
    }
    const auto placed = project::put_into_place(
        into, project.repository.top, request.force ? project::Replace::yes : project::Replace::no);
    world.console.data(fmt::format(
        "pulled the output of {}: {}{}\n", name_of(record), base::count(placed.written, "file"),
        placed.same == 0 ? "" : fmt::format(", {} more already here", placed.same)));
    return true;
}

void bring(world::World& world, const remote::Project& project, remote::Cluster& cluster,
           const state::Record& record, const state::Overview& overview,
           const PullRequest& request) {
    const auto into = waiting_folder(world, project,
                                     "pull-" + record.token +
                                         (record.task > 0 ? fmt::format("-{}", record.task) : ""));
    const remote::Target target{record.token,
                                record.task}; // in place, GCC 12 takes it for uninitialised
    const JobFolder there{.target = target,
                          .folder = "output",
                          .place = record.folder(overview.dir) + "/output",
                          .has_rsync = overview.has_rsync};
    try {
        bring_folder(world, cluster, there, into);
    } catch (Error& error) {
        if (error.hint().empty())
            error.hint(fmt::format("`rdvc pull {}` continues", record.id()));
        throw;
    }
    const bool in_place = record.task > 0 ? place_task(world, project, record, request, into)
                                          : place(world, project, record, request, into);
    base::remove_tree(into);
    if (in_place) // otherwise the laptop that submitted it still needs it
        mark_as_pulled(cluster, record);
}

// Commands, or the tasks of a sweep of them, that are asked for.
std::vector<state::Record> asked_for(const state::Overview& overview, const PullRequest& request) {
    std::vector<state::Record> commands;
    for (auto record = overview.submissions.rbegin(); record != overview.submissions.rend();
         ++record) {
        if (!record->is_command() ||
            !submission::is_token(record->token)) // it becomes part of a path
            continue;
        const bool all = request.targets.empty() || is_named(request, sweep_of(*record));
        const auto tasks = record->task_count();
        if (tasks == 0 && all)
            commands.push_back(*record);
        for (unsigned number = 1; number <= tasks; ++number)
            if (auto task = record->of_task(number); all || is_named(request, task))
                commands.push_back(std::move(task));
    }
    return commands;
}

// Of a sweep that is named as a whole, what has no output is not waited for.
void describe_sweeps(const world::World& world, const state::Overview& overview,
                     const PullRequest& request) {
    for (const auto& record : overview.submissions) {
        if (!record.is_command() || record.task_count() == 0 || !is_named(request, record))
            continue;
        unsigned done = 0;
        unsigned pulled = 0;
        for (unsigned number = 1; number <= record.task_count(); ++number) {
            const auto task = record.of_task(number);
            if (!task.result.empty() && task.output() > 0) {
                ++done;
                pulled += task.pulled ? 1 : 0;
            }
        }
        world.console.note(fmt::format(
            "{} of {} tasks of {} have output{}", done, record.task_count(), name_of(record),
            pulled == 0 || request.force
                ? ""
                : fmt::format("; {} of them pulled before: `rdvc pull {}.N` brings one again",
                              pulled, record.id())));
    }
}

} // namespace

PulledOutputs pull_outputs(world::World& world, const remote::Project& project,
                           remote::Cluster& cluster, const PullRequest& request,
                           state::Overview& overview) {
    describe_sweeps(world, overview, request);
    PulledOutputs pulled;
    for (const auto& record : asked_for(overview, request)) {
        pulled.said = pulled.said || !request.targets.empty();
        if (!is_wanted(world, record, request, overview) ||
            (request.targets.empty() && is_apart(world, project, record)))
            continue;
        pulled.said = true;
        try {
            bring(world, project, cluster, record, overview, request);
        } catch (const Error& error) {
            if (error.code() != Exit::failed)
                throw;
            world.console.error(error.message());
            pulled.exit = Exit::failed;
        }
    }
    std::erase_if(overview.submissions,
                  [](const state::Record& record) { return record.is_command(); });
    return pulled;
}

} // namespace rdvc::bring
