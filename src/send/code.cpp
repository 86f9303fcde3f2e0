#include "send/code.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/extras.hpp"
#include "submission/mirror.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;

namespace {

// With `code = "origin"` nothing travels.
void refuse_dirty_tree(const project::Head& head) {
    if (head.changes.empty())
        return;
    std::vector<std::string> dirty;
    for (const auto& change : head.changes)
        dirty.push_back(change.xy + " " + change.path);
    throw Error(
        Exit::not_ready,
        fmt::format("the work tree has {}", base::count(head.changes.size(), "uncommitted change")))
        .context(base::first_lines(dirty))
        .hint("commit and push them, leave them out with `--only-committed`, or use `--code=ssh`");
}

// With `code = "origin"` the job sees only what origin has.
void refuse_unpushed(world::World& world, const remote::Project& project) {
    if (project.origin_url.empty())
        throw Error(Exit::not_ready, "`code = \"origin\"` needs a Git remote called `origin`")
            .hint("git remote add origin URL, or use `--code=ssh`");
    const auto commits = project::unpushed_commits(world.runner, project.repository);
    if (!commits.empty())
        throw Error(Exit::not_ready, fmt::format("{} not in origin",
                                                 commits.size() == 1 ? std::string("a commit is")
                                                                     : fmt::format("{} commits are",
                                                                                   commits.size())))
            .context(base::join(commits, "\n"))
            .hint("git push, or use `--code=ssh`");
}

// Paths as typed, from where the user stands -> from the repository's root. Throws Error (usage).
std::vector<std::string> from_top(const remote::Project& project,
                                  const std::vector<std::string>& paths) {
    std::vector<std::string> all;
    for (const auto& path : paths) {
        const std::filesystem::path typed(path);
        const auto full = typed.is_absolute()
                              ? typed
                              : project.repository.top / project.repository.prefix / typed;
        auto name = full.lexically_normal().lexically_relative(project.repository.top).string();
        if ((name + "/").starts_with("../"))
            throw Error(Exit::usage, fmt::format("`{}` is not in the work tree", path));
        while (name.size() > 1 && name.ends_with("/"))
            name.pop_back();
        all.push_back(std::move(name));
    }
    return all;
}

// Git does not look whether these files have changed, so rdvc cannot either.
void warn_of_hidden(const world::World& world, const std::vector<std::string>& hidden) {
    if (!hidden.empty())
        world.console.warn(
            fmt::format("marked as skip-worktree or assume-unchanged, these travel as "
                        "they were committed: {}",
                        base::join(base::split(base::first_lines(hidden), '\n'), ", ")));
}

// The files that -C names, or that are in a folder that it names; a secret must be named itself.
std::vector<std::string> copies_asked_for(const remote::Project& project,
                                          const submission::RunArguments& arguments) {
    const auto named = from_top(project, arguments.copy_paths);
    auto copies = project::files_below(project.repository, named);
    auto may_travel = from_top(project, arguments.include);
    may_travel.insert(may_travel.end(), named.begin(), named.end());
    project::refuse_secrets(project.repository, copies, may_travel);
    return copies;
}

// What Git converts in a repository of the project that lies in `folder` ("" or with a slash at its
// end); what may be a secret must be named.
project::Conversions conversions_of(world::World& world, const remote::Project& project,
                                    const project::Repository& repository,
                                    const std::string& folder, const std::string& commit,
                                    const submission::RunArguments& arguments,
                                    project::TrackedAttributes attributes) {
    std::vector<std::string> named;
    for (const auto* paths : {&arguments.include, &arguments.copy_paths})
        for (const auto& path : from_top(project, *paths))
            if (path.starts_with(folder))
                named.push_back(path.substr(folder.size()));
    auto conversions = project::find_conversions(
        world.runner, repository, commit,
        arguments.only_committed ? project::Bytes::of_checkout : project::Bytes::of_work_tree,
        attributes);
    project::refuse_sealed(repository, conversions, named, project.config.list("run.filters"));
    return conversions;
}

void note_filtered(Plan& plan, const std::string& folder,
                   const std::vector<project::ConvertedFile>& files) {
    for (const auto& file : files)
        if (!file.filter.empty())
            plan.filtered.push_back(
                fmt::format("{}{}  (filter `{}`)", folder, file.path, file.filter));
}

submission::Submodule facts_of(world::World& world, const remote::Project& project,
                               const project::Submodule& submodule,
                               const submission::RunArguments& arguments, Plan& plan) {
    const auto folder = submodule.path + "/";
    const project::Extras extras{
        .copies = {},
        .lfs = project::lfs_objects(world.runner, submodule.repository, submodule.commit),
        .conversions =
            conversions_of(world, project, submodule.repository, folder, submodule.commit,
                           arguments, project::TrackedAttributes::maybe)};
    note_filtered(plan, folder, extras.conversions.files);
    return {submodule.path, submodule.commit,
            submission::mirror_name(project::name_in_url(submodule.path), "", submodule.url,
                                    project.mirror + "/" + submodule.path),
            project::make_extras(world.runner, submodule.repository, submodule.commit, extras)};
}

} // namespace

void refuse_what_origin_lacks(world::World& world, const remote::Project& project,
                              const project::Head& head,
                              const submission::RunArguments& arguments) {
    if (!arguments.only_committed)
        refuse_dirty_tree(head);
    if (!arguments.copy_paths.empty())
        throw Error(Exit::usage, "`--copy-paths` cannot be given with `--code=origin`")
            .context("the job gets only what origin has");
    refuse_unpushed(world, project);
}

void refuse_converted(world::World& world, const remote::Project& project,
                      const std::string& commit) {
    std::vector<std::string> lines;
    for (const auto& file : project::find_conversions(world.runner, project.repository, commit,
                                                      project::Bytes::of_checkout)
                                .files)
        lines.push_back(fmt::format("{}  (filter `{}`)", file.path, file.filter));
    if (!lines.empty())
        throw Error(Exit::not_ready, "a Git filter stores other bytes in Git than those here, and "
                                     "with `code = \"origin\"` the job has those of Git")
            .context(base::first_lines(lines))
            .hint("--code=ssh");
}

void add_code(world::World& world, const remote::Project& project, const project::Head& head,
              const project::IndexFacts& index, const submission::RunArguments& arguments,
              Plan& plan) {
    auto& facts = plan.submission.facts;
    const auto& repository = project.repository;
    const auto changes_name = [&](std::string_view name) {
        return std::any_of(head.changes.begin(), head.changes.end(),
                           [&](const auto& change) { return change.path.ends_with(name); });
    };
    if (arguments.only_committed) {
        plan.left_here = head.changes.size();
    } else {
        plan.snapshot =
            project::take_snapshot(world.runner, repository, head,
                                   {.include = from_top(project, arguments.include),
                                    .max_untracked = project.config.size("run.max_untracked")});
        facts.snapshot = plan.snapshot.commit;
        warn_of_hidden(world, index.hidden);
    }
    const bool has_attributes = index.has_attributes || changes_name(".gitattributes");
    project::Extras extras{
        .copies = copies_asked_for(project, arguments),
        .lfs = {},
        .conversions = conversions_of(world, project, repository, "", facts.tip(), arguments,
                                      has_attributes ? project::TrackedAttributes::maybe
                                                     : project::TrackedAttributes::none)};
    note_filtered(plan, "", extras.conversions.files);
    auto& copies = extras.copies;
    for (const auto& file : extras.conversions.files) // which arrive at checkout
        std::erase(copies, file.path);
    copies.insert(copies.end(), plan.snapshot.beside.begin(), plan.snapshot.beside.end());
    if (has_attributes)
        extras.lfs = project::lfs_objects(world.runner, repository, facts.tip());
    if (std::filesystem::exists(repository.top / ".gitmodules") || changes_name(".gitmodules"))
        plan.submodules = project::submodules_of(world.runner, repository, facts.tip());
    facts.extras = project::make_extras(world.runner, repository, facts.tip(), extras);
    plan.conversions = std::move(extras.conversions);
    for (const auto& submodule : plan.submodules)
        facts.submodules.push_back(facts_of(world, project, submodule, arguments, plan));
}

} // namespace rdvc::send
