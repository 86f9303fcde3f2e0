#include "bring/experiments.hpp"

#include <set>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/git.hpp"
#include "submission/name.hpp"

namespace rdvc::bring {

using base::Error;
using base::Exit;

namespace {

// The result's own value, from a recovery, takes precedence over the submission's.
std::string result_or_note(const state::Record& record, const std::string& key) {
    const auto word = state::field(record.result, key);
    return word.empty() ? state::field(record.notes, key) : word;
}

// Which of `results` the Git repository at `source` has; a note about those that it no longer has.
std::vector<Result> still_there(world::World& world, const base::Command& fetch,
                                const std::string& source, const std::vector<Result>& results) {
    const auto listed = world.runner.run({.argv = {"git", "ls-remote", "--", source, "refs/exps/*"},
                                          .environment = fetch.environment,
                                          .folder = fetch.folder});
    std::vector<Result> there;
    for (const auto& result : results) {
        if (listed.out.find("\t" + result.ref + "\n") != std::string::npos)
            there.push_back(result);
        else
            world.console.warn(fmt::format("{} is no longer in {}", result.name, source));
    }
    return there;
}

std::string from_waiting(const Result& result) {
    return result.waiting_ref() + ":" + result.ref;
}

// Fetches from one place, the mirror or origin.
Fetched fetch_from(world::World& world, remote::Cluster& cluster, const remote::Project& project,
                   const std::string& source, std::vector<Result> results, Refspec refspec,
                   bool force) {
    for (bool again = false; !results.empty(); again = true) {
        std::vector<std::string> specs;
        for (const auto& result : results) {
            const auto spec = refspec(result);
            specs.push_back((force && !spec.starts_with("+") ? "+" : "") + spec);
        }
        const auto git = cluster.fetch(source, specs, project.repository.top);
        const auto fetched = world.runner.run(git);
        if (fetched.status == 0)
            break;
        if (!again && fetched.err.find("couldn't find remote ref") != std::string::npos) {
            results = still_there(world, git, source, results);
            continue;
        }
        // A ref that leads nowhere there must not block the others.
        if (results.size() > 1 &&
            fetched.err.find("Could not read from remote") == std::string::npos) {
            Fetched fetched_alone;
            for (const auto& result : results)
                try {
                    fetch_from(world, cluster, project, source, {result}, refspec, force);
                    fetched_alone.results.push_back(result);
                } catch (const Error& error) {
                    fetched_alone.failure =
                        Error(Exit::failed, fmt::format("{} could not be fetched", result.name))
                            .context(error.context());
                    if (!error.hint().empty())
                        fetched_alone.failure->hint(error.hint());
                }
            if (!fetched_alone.results.empty())
                return fetched_alone;
        }
        Error error(Exit::failed, "git fetch could not bring the experiments");
        error.context(fetched.err);
        if (fetched.err.find("rejected") != std::string::npos)
            error.hint("another experiment here has the name; `rdvc pull --force` replaces it");
        throw error;
    }
    return {std::move(results), {}};
}

} // namespace

RefsHere::RefsHere(world::World& world, const remote::Project& project, const std::string& folder,
                   std::size_t count)
    : world_(world), project_(project) {
    constexpr std::size_t few = 16;
    if (count > few)
        all_ = project::objects_below(world.runner, project.repository, folder);
}

std::string RefsHere::commit(const std::string& ref) const {
    if (!all_)
        return project::commit_of(world_.runner, project_.repository, ref);
    const auto found = all_->find(ref);
    return found == all_->end() ? "" : found->second;
}

bool RefsHere::has(const std::string& ref) const {
    return all_ ? all_->contains(ref) : project::has_ref(world_.runner, project_.repository, ref);
}

// Submissions from before data could travel over SSH do not say how theirs travels.
std::optional<Result> published(const state::Record& record, bool has_remote) {
    const auto data = result_or_note(record, "data");
    const auto ref = state::field(record.result, "ref");
    const Result result{ref.substr(ref.rfind('/') + 1), ref, state::field(record.result, "commit"),
                        result_or_note(record, "code") == "origin",
                        data.empty() ? !has_remote : data == "ssh"};
    // Text from the cluster becomes part of a command's arguments.
    const bool sound = submission::is_experiment_ref(result.ref) && !result.commit.empty() &&
                       base::is_hex(result.commit);
    return state::field(record.result, "state") == "published" && sound ? std::optional(result)
                                                                        : std::nullopt;
}

std::string in_place(const Result& result) {
    return result.ref + ":" + result.ref;
}

std::string to_wait(const Result& result) {
    return "+" + result.ref + ":" + result.waiting_ref();
}

Fetched fetch(world::World& world, remote::Cluster& cluster, const remote::Project& project,
              const std::string& mirror_url, const std::vector<Result>& results, Refspec refspec,
              bool force) {
    Fetched all;
    for (const bool from_origin : {false, true}) {
        auto some = results;
        std::erase_if(some, [&](const Result& one) { return one.from_origin != from_origin; });
        auto fetched = fetch_from(world, cluster, project, from_origin ? "origin" : mirror_url,
                                  std::move(some), refspec, force);
        all.results.insert(all.results.end(), fetched.results.begin(), fetched.results.end());
        if (fetched.failure)
            all.failure = std::move(fetched.failure);
    }
    return all;
}

std::vector<Result> put_refs(world::World& world, remote::Cluster& cluster,
                             const remote::Project& project, const std::vector<Result>& results,
                             bool force) {
    std::vector<Result> waiting;
    const RefsHere before(world, project, pulled_refs, results.size());
    for (const auto& result : results)
        if (before.has(result.waiting_ref()))
            waiting.push_back(result);
    fetch_from(world, cluster, project, ".", waiting, from_waiting, force);
    auto here = results;
    const RefsHere now(world, project, "refs/exps", results.size());
    std::erase_if(here,
                  [&](const Result& result) { return now.commit(result.ref) != result.commit; });
    return here;
}

void end_waiting(world::World& world, const remote::Project& project,
                 const std::vector<Result>& results) {
    const RefsHere refs(world, project, pulled_refs, results.size());
    std::set<std::string> done; // two results may be one commit
    std::string updates;
    for (const auto& result : results)
        if (const auto ref = result.waiting_ref(); refs.has(ref) && done.insert(ref).second)
            updates += fmt::format("delete {}\n", ref);
    if (!updates.empty())
        project::ask_git(world.runner, project.repository, {"update-ref", "--stdin"}, updates);
}

} // namespace rdvc::bring
