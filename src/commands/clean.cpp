// `rdvc clean` removes from the cluster what is no longer needed. The cluster lists what it keeps,
// the laptop decides, and the cluster checks once more whether anything is in use.

#include <map>
#include <set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "bring/data.hpp"
#include "cli/options.hpp"
#include "commands/clean_cache.hpp"
#include "commands/command.hpp"
#include "commands/removal.hpp"
#include "remote/clean.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "script/embedded.hpp"
#include "state/clean.hpp"

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
    bool cache = false;
    bool only_rdvc = false;
};

std::string summary(const remote::Cleaned& answer, bool dry_run) {
    std::vector<std::vector<std::string>> rows = {
        {dry_run ? "WOULD GO" : "REMOVED", "HOW MANY", "SIZE"}};
    std::size_t all = 0;
    std::uint64_t all_kib = 0;
    for (const auto& kind : state::clean_kinds()) {
        std::size_t n = 0;
        std::uint64_t kib = 0;
        for (const auto& item : answer.removed)
            if (item.kind == kind.kind) {
                ++n;
                kib += item.kib;
            }
        if (n > 0)
            rows.push_back({std::string(kind.many), fmt::format("{}", n), base::bytes(kib * 1024)});
        all += n;
        all_kib += kib;
    }
    rows.push_back({"total", fmt::format("{}", all), base::bytes(all_kib * 1024)});
    return base::columns(rows);
}

// One line per kind and reason.
std::string kept_lines(const remote::Cleaned& answer) {
    using Words = std::pair<std::string_view, std::string_view>;
    std::map<Words, std::vector<state::KeptItem>> groups;
    for (const auto& item : answer.kept)
        groups[{state::word_of(item.kind).word, state::word_of(item.reason).word}].push_back(item);
    std::vector<std::vector<std::string>> rows = {{"KEPT", "HOW MANY", "WHY"}};
    for (const auto& [words, group] : groups) {
        const auto& reason = state::word_of(group.front().reason);
        std::string why(reason.sentence);
        std::vector<std::string> titles;
        for (const auto& item : group)
            titles.push_back(item.title);
        if (reason.named)
            why += ": " + base::join(base::split(base::first_lines(titles), '\n'), ", ");
        rows.push_back({std::string(words.first) + (titles.size() == 1 ? "" : "s"),
                        fmt::format("{}", titles.size()), why});
    }
    return rows.size() == 1 ? "" : "\n" + base::columns(rows);
}

std::string items(const remote::Cleaned& answer) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : answer.removed)
        rows.push_back({std::string(state::word_of(item.kind).word), item.title,
                        base::bytes(item.kib * 1024), item.path});
    return rows.empty() ? "" : base::columns(rows) + "\n";
}

std::string to_json(const remote::Cleaned& answer, bool dry_run) {
    nlohmann::json removed = nlohmann::json::array();
    for (const auto& item : answer.removed)
        removed.push_back({{"kind", state::word_of(item.kind).word},
                           {"kib", item.kib},
                           {"path", item.path},
                           {"title", item.title}});
    nlohmann::json kept = nlohmann::json::array();
    for (const auto& item : answer.kept)
        kept.push_back({{"kind", state::word_of(item.kind).word},
                        {"reason", state::word_of(item.reason).word},
                        {"title", item.title}});
    const nlohmann::json all = {{"dry_run", dry_run},
                                {"squeue_answered", !answer.squeue_words},
                                {"removed", removed},
                                {"kept", kept},
                                {"failed", answer.failed}};
    return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// False if the user asked only for help.
bool parse(world::Console& console, const Words& words, Arguments& arguments) {
    cli::Options options("clean", "Removes from the cluster what is no longer needed, but nothing "
                                  "that a live job needs and no result that is not here.");
    options.flag("--dry-run", arguments.dry_run, "show what would be removed, and change nothing")
        .text("--older", arguments.older,
              "keep what is younger: hours, days or weeks, e.g. 12h, 7d, 2w; default: 14d", "AGE")
        .flag("--all-projects", arguments.all_projects,
              "submissions and environments of all projects, not only of this one")
        .flag("--cache", arguments.cache,
              "only DVC's cache there: data that no commit in the mirrors and no submission names")
        .flag("--only-rdvc", arguments.only_rdvc,
              "nothing but rdvc uses the cache at cluster.cache (with --cache)")
        .flag("--json", arguments.json, "as JSON")
        .text("--cluster", arguments.cluster, "use [clusters.NAME]", "NAME");
    return options.parse(words, console);
}

std::int64_t older_of(const Arguments& arguments) {
    const auto seconds = base::parse_age(arguments.older);
    constexpr std::int64_t hour = 3600; // less would affect what is just being submitted
    if (!seconds)
        throw Error(Exit::usage, fmt::format("--older: `{}` is not an age", arguments.older))
            .context("give a number of hours, days or weeks")
            .hint("--older=12h, --older=7d, --older=2w");
    if (*seconds < hour)
        throw Error(Exit::usage, fmt::format("--older: `{}` is too short", arguments.older))
            .context(
                "anything younger than an hour may belong to a submission that is just being sent")
            .hint("--older=1h");
    return *seconds;
}

// True for a commit's name. The text comes from the cluster and becomes an argument of git.
bool is_commit(const std::string& text) {
    constexpr std::size_t digits = 40; // or more
    return text.size() >= digits && base::is_hex(text);
}

// The commits of results that this laptop has.
std::set<std::string> results_here(world::World& world, const remote::Project& project,
                                   const state::Inventory& kept,
                                   const state::CleanQuestion& question) {
    auto commits = state::published_commits(kept, question);
    std::erase_if(commits, [](const std::string& commit) { return !is_commit(commit); });
    const auto here = bring::whole_here(world, project, {commits.begin(), commits.end()});
    return {here.begin(), here.end()};
}

} // namespace

Exit clean(world::World& world, const Words& words) {
    Arguments arguments;
    if (!parse(world.console, words, arguments))
        return Exit::done;
    const auto older = older_of(arguments);
    if (arguments.only_rdvc && !arguments.cache)
        throw Error(Exit::usage, "`--only-rdvc` needs `--cache`: it is about DVC's cache");
    const remote::Project project = remote::open_project(world, arguments.cluster);
    remote::Cluster cluster(world, project.config);
    if (arguments.cache) {
        clean_cache(world, project, cluster,
                    {.older = older,
                     .is_only_for_rdvc = arguments.only_rdvc,
                     .dry_run = arguments.dry_run,
                     .json = arguments.json});
        return Exit::done;
    }
    const state::CleanQuestion question{.mirror = project.mirror,
                                        .all_projects = arguments.all_projects,
                                        .older = older,
                                        .functions = script::job_functions().hash};
    const auto kept = remote::ask_inventory(cluster);
    const auto plan =
        state::plan_clean(kept, question, results_here(world, project, kept, question));
    if (!arguments.dry_run)
        begin_removal();
    auto answer = remote::carry_out(
        cluster, plan, older, arguments.dry_run ? remote::Mode::measure : remote::Mode::remove);
    if (!answer.squeue_words)
        answer.squeue_words = kept.squeue_words;
    if (arguments.json) {
        world.console.data(to_json(answer, arguments.dry_run));
    } else {
        if (arguments.dry_run)
            world.console.data(items(answer));
        world.console.data(summary(answer, arguments.dry_run) + kept_lines(answer));
    }
    if (answer.squeue_words)
        world.console.warn("squeue does not answer, so nothing that a job may need was removed: " +
                           *answer.squeue_words);
    if (arguments.dry_run)
        world.console.note("nothing was removed (--dry-run)");
    if (!answer.failed.empty())
        throw Error(Exit::failed, "some of it could not be removed")
            .context(base::first_lines(answer.failed));
    return Exit::done;
}

} // namespace rdvc::commands
