// `rdvc clean`: what is no longer needed is removed from the cluster. The cluster decides, since it
// sees what lives; the laptop says which results it has.

#include <algorithm>
#include <array>
#include <map>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "bring/data.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/clean.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

struct Arguments {
    std::string older = "14d";
    std::string cluster;
    bool dry_run = false;
    bool all_projects = false;
    bool json = false;
};

// In the table's order: the cluster's word, and the user's for one and for many.
struct Kind {
    std::string_view word;
    std::string_view many;
};
constexpr std::array<Kind, 5> kinds = {{{"submission", "submissions"},
                                        {"workspace", "workspaces of dead jobs"},
                                        {"environment", "environments"},
                                        {"functions", "functions of other versions of rdvc"},
                                        {"leftover", "leftovers"}}};

struct Reason {
    std::string_view word;
    std::string_view sentence;
    bool named; ///< each of them is worth its name: somebody may want to do something
};
constexpr std::array<Reason, 8> reasons = {
    {{"live", "a job waits or runs", false},
     {"unpulled", "the result is not here; `rdvc pull` brings it", true},
     {"unpublished", "it has a result that is nowhere else; `rdvc status JOB` says how to save it",
      true},
     {"workspace", "it was left on purpose, or its job was killed while it published", true},
     {"unconfirmed", "sbatch has not answered", true},
     {"unknown", "squeue does not answer", false},
     {"link", "it is a link", true},
     {"young", "younger than --older", false}}};

std::string_view sentence(const std::string& reason) {
    const auto* row = std::find_if(reasons.begin(), reasons.end(),
                                   [&](const Reason& r) { return r.word == reason; });
    return row == reasons.end() ? std::string_view(reason) : row->sentence;
}

bool is_named(const std::string& reason) {
    return std::any_of(reasons.begin(), reasons.end(),
                       [&](const Reason& r) { return r.word == reason && r.named; });
}

std::string summary(const remote::Cleaned& answer, bool dry_run) {
    std::vector<std::vector<std::string>> rows = {
        {dry_run ? "WOULD GO" : "REMOVED", "HOW MANY", "SIZE"}};
    std::size_t all = 0;
    std::uint64_t all_kib = 0;
    for (const auto& kind : kinds) {
        std::size_t n = 0;
        std::uint64_t kib = 0;
        for (const auto& item : answer.removed)
            if (item.kind == kind.word) {
                ++n;
                kib += item.kib;
            }
        if (n > 0)
            rows.push_back({std::string(kind.many), fmt::format("{}", n), base::bytes(kib * 1024)});
        all += n;
        all_kib += kib;
    }
    rows.push_back({"total", fmt::format("{}", all), base::bytes(all_kib * 1024)});
    return world::table(rows);
}

// One line a kind and reason.
std::string kept_lines(const remote::Cleaned& answer) {
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> groups;
    for (const auto& item : answer.kept)
        groups[{item.kind, item.reason}].push_back(item.title);
    std::vector<std::vector<std::string>> rows = {{"KEPT", "HOW MANY", "WHY"}};
    for (const auto& [key, titles] : groups) {
        std::string why(sentence(key.second));
        if (is_named(key.second))
            why += ": " + base::join(base::split(base::first_lines(titles), '\n'), ", ");
        rows.push_back(
            {key.first + (titles.size() == 1 ? "" : "s"), fmt::format("{}", titles.size()), why});
    }
    return rows.size() == 1 ? "" : "\n" + world::table(rows);
}

std::string items(const remote::Cleaned& answer) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : answer.removed)
        rows.push_back({item.kind, item.title, base::bytes(item.kib * 1024), item.path});
    return rows.empty() ? "" : world::table(rows) + "\n";
}

std::string to_json(const remote::Cleaned& answer, bool dry_run) {
    nlohmann::json removed = nlohmann::json::array();
    for (const auto& item : answer.removed)
        removed.push_back(
            {{"kind", item.kind}, {"kib", item.kib}, {"path", item.path}, {"title", item.title}});
    nlohmann::json kept = nlohmann::json::array();
    for (const auto& item : answer.kept)
        kept.push_back({{"kind", item.kind}, {"reason", item.reason}, {"title", item.title}});
    const nlohmann::json all = {{"dry_run", dry_run},
                                {"squeue_answered", !answer.squeue_words},
                                {"removed", removed},
                                {"kept", kept},
                                {"failed", answer.failed}};
    return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// False if there is nothing to do but to show help.
bool parse(const world::Console& console, const Words& words, Arguments& arguments) {
    cli::Options options("clean",
                         "Removes from the cluster what is no longer needed: nothing that a "
                         "live job needs, and no result that is not here.");
    options.flag("--dry-run", arguments.dry_run, "say what would go, and change nothing")
        .text("--older", arguments.older,
              "what is younger stays: hours, days or weeks, e.g. 12h, 7d, 2w; default: 14d", "AGE")
        .flag("--all-projects", arguments.all_projects,
              "submissions and environments of all projects, not of this one alone")
        .flag("--json", arguments.json, "as JSON")
        .text("--cluster", arguments.cluster, "use [clusters.NAME]", "NAME");
    return options.parse(words, console);
}

std::int64_t older_of(const Arguments& arguments) {
    const auto seconds = base::parse_age(arguments.older);
    constexpr std::int64_t hour = 3600; // less would meet what is just being submitted
    if (!seconds)
        throw Error(Exit::usage, fmt::format("--older: `{}` is not an age", arguments.older))
            .context("it is a number of hours, days or weeks")
            .hint("--older=12h, --older=7d, --older=2w");
    if (*seconds < hour)
        throw Error(Exit::usage, fmt::format("--older: `{}` is too short", arguments.older))
            .context("what is younger than an hour may belong to what is just being submitted")
            .hint("--older=1h");
    return *seconds;
}

} // namespace

Exit clean(world::World& world, const Words& words) {
    Arguments arguments;
    if (!parse(world.console, words, arguments))
        return Exit::done;
    const auto older = older_of(arguments);
    const remote::Project project = remote::open_project(world, arguments.cluster);
    remote::Cluster cluster(world, project.config);
    const remote::CleanQuestion question{.mirror = project.mirror,
                                         .all_projects = arguments.all_projects,
                                         .dry_run = arguments.dry_run,
                                         .older = older};
    const auto here = bring::whole_here(world, project, remote::ask_results(cluster, question));
    const auto answer = remote::ask_clean(cluster, question, here);
    if (arguments.json) {
        world.console.data(to_json(answer, arguments.dry_run));
    } else {
        if (arguments.dry_run)
            world.console.data(items(answer));
        world.console.data(summary(answer, arguments.dry_run) + kept_lines(answer));
    }
    if (answer.squeue_words)
        world.console.warn("squeue does not answer, so nothing was removed that a job may need: " +
                           *answer.squeue_words);
    if (arguments.dry_run)
        world.console.note("nothing was removed (--dry-run)");
    if (!answer.failed.empty())
        throw Error(Exit::failed, "some of it could not be removed")
            .context(base::first_lines(answer.failed));
    return Exit::done;
}

} // namespace rdvc::commands
