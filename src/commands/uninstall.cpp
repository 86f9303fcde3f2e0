// `rdvc uninstall` says what rdvc keeps on this machine and how to remove the program; `--remote`
// removes what it has on a cluster. As with `rdvc clean`, the laptop decides from what the cluster
// lists, and the cluster looks again before it removes anything.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "bring/data.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/removal.hpp"
#include "commands/uninstall_local.hpp"
#include "remote/clean.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "remote/uninstall.hpp"
#include "sandbox/place.hpp"
#include "state/uninstall.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

struct Arguments {
    std::string cluster;
    bool remote = false;
    bool local = false;
    bool all_clusters = false;
    bool force = false;
    bool yes = false;
    bool dry_run = false;
    bool json = false;
};

// A row of what goes, or of what has gone.
struct Row {
    std::string kind;
    std::string path; ///< in rdvc's folder, or absolute
    std::uint64_t count = 0;
    std::uint64_t kib = 0;
};

// What the command has found out about one cluster, and what it has done.
struct Report {
    std::string cluster;
    state::RemoteFolder folder;
    std::vector<Row> rows;
    std::vector<state::KeptItem> items;
    std::vector<state::KeptPart> parts;
    std::vector<std::string> failed;
    std::optional<std::string> squeue_words;
    std::size_t live = 0;  ///< submissions that are cancelled first
    bool is_empty = false; ///< nothing is in the folder any longer
    bool is_gone = false;  ///< nor is there the folder

    [[nodiscard]] bool is_complete() const {
        return items.empty() && parts.empty() && failed.empty();
    }
};

class Uninstaller {
  public:
    Uninstaller(world::World& world, const Arguments& arguments, const std::string& cluster)
        : world_(world), arguments_(arguments) {
        const auto default_cluster = arguments.all_clusters ? config::DefaultCluster::ignored
                                                            : config::DefaultCluster::counts;
        if (project::find_repository(world.runner, world.folder))
            project_ = remote::open_project(world, cluster);
        const auto config =
            remote::load_config(world, project_ ? project_->config_file() : std::filesystem::path(),
                                cluster, default_cluster);
        if (project_)
            project_->config = config;
        question_ = {.force = arguments.force, .group_cache = config.flag("cluster.cache_group")};
        cache_ = config.text("cluster.cache");
        cluster_.emplace(world, config);
        report_.cluster = cluster_->name();
    }

    Report run() {
        find_out();
        if (report_.folder.dir.empty())
            return std::move(report_);
        report_.rows = rows_of(plan_, measure());
        note_kept();
        if (arguments_.force && !kept_.squeue_words)
            report_.live = state::live_submissions(kept_).size();
        if (arguments_.dry_run)
            return std::move(report_);
        confirm();
        question_.confirmed = state::confirmed_by(plan_, report_.folder);
        if (arguments_.force)
            cancel_all();
        remove();
        return std::move(report_);
    }

    /// Where DVC's cache is, if the configuration names a place; it stays.
    [[nodiscard]] const std::string& cache() const { return cache_; }

  private:
    // With --force it is planned before the confirmation what goes once live jobs are cancelled.
    // Asks for the records, unless that would make the folder again that is already going.
    void find_out() {
        kept_ = {};
        auto& folder = report_.folder;
        folder = remote::look_at_folder(*cluster_, cache_);
        if (folder.entries.contains("submissions") || folder.entries.contains("jobs") ||
            folder.entries.contains("repos")) {
            kept_ = remote::ask_inventory(*cluster_);
            folder = remote::look_at_folder(*cluster_, cache_); // it may have stored something
        }
        const bool is_before_cancel = question_.force && !question_.confirmed;
        plan_ = state::plan_uninstall(is_before_cancel ? state::with_live_ended(kept_) : kept_,
                                      folder, question_, results_here());
    }

    std::set<std::string> results_here() {
        auto commits = state::commits_of(kept_);
        constexpr std::size_t digits = 40;
        std::erase_if(commits, [](const std::string& commit) {
            return commit.size() < digits || !base::is_hex(commit);
        });
        if (!project_ || commits.empty())
            return {};
        const auto here = bring::whole_here(world_, *project_, {commits.begin(), commits.end()});
        return {here.begin(), here.end()};
    }

    remote::Cleaned measure() {
        return remote::carry_out(*cluster_, plan_.items, 0, remote::Mode::measure);
    }

    void note_kept() {
        report_.items = plan_.items.kept;
        report_.parts = plan_.kept;
        report_.squeue_words = kept_.squeue_words;
    }

    // Sizes of a part as a whole; of single items only where the part stays.
    std::vector<Row> rows_of(const state::UninstallPlan& plan, const remote::Cleaned& items) const {
        using Kind = state::CleanKind;
        static const std::map<Kind, std::string_view> part_of = {{Kind::submission, "submissions"},
                                                                 {Kind::environment, "envs"},
                                                                 {Kind::functions, "functions"},
                                                                 {Kind::lock, "envs"},
                                                                 {Kind::note, "envs"}};
        std::map<std::string, std::uint64_t> counts;
        std::vector<Row> rows;
        for (const auto& item : items.removed) {
            const auto part = part_of.find(item.kind);
            if (part != part_of.end() && plan.has_part(part->second))
                ++counts[std::string(part->second)];
            else
                rows.push_back(
                    {std::string(state::word_of(item.kind).many), item.path, 1, item.kib});
        }
        for (const auto& mirror : plan.mirrors)
            rows.push_back({"mirrors", mirror, 1, size_of(mirror)});
        for (const auto& [path, entry] : report_.folder.entries)
            if (path.starts_with("repos/") && plan.has_part("repos"))
                ++counts["repos"];
        for (const auto& part : plan.parts)
            rows.push_back({state::title_of_part(part), part, counts[part], size_of(part)});
        return rows;
    }

    [[nodiscard]] std::uint64_t size_of(const std::string& path) const {
        const auto found = report_.folder.kib.find(path);
        return found == report_.folder.kib.end() ? 0 : found->second;
    }

    void confirm();
    void cancel_all();

    // First what stands alone, then what is left as a whole: that depends on what has stayed, and
    // on what has come meanwhile, so it is planned anew. An item may have been too young at first.
    void remove() {
        const auto sizes = report_.folder.kib;
        remote::Cleaned all;
        for (int tries = 0; tries < 2 && !plan_.items.removals.empty(); ++tries) {
            begin_removal();
            const auto cleaned = remote::carry_out(*cluster_, plan_.items, 0, remote::Mode::remove);
            all.removed.insert(all.removed.end(), cleaned.removed.begin(), cleaned.removed.end());
            all.failed = cleaned.failed;
            find_out();
        }
        note_kept();
        remote::Uninstalled done;
        if (!plan_.parts.empty() || !plan_.mirrors.empty()) {
            begin_removal();
            done = remote::remove_parts(*cluster_, plan_);
        }
        report_.failed = all.failed;
        report_.failed.insert(report_.failed.end(), done.failed.begin(), done.failed.end());
        for (const auto& name : done.needed)
            report_.parts.push_back({name, state::PartReason::needed});
        if (done.has_begun)
            report_.parts.push_back({"submissions", state::PartReason::begun});
        report_.is_gone = done.is_gone;
        report_.is_empty = done.is_empty;
        state::UninstallPlan gone;
        gone.mirrors = intersection(plan_.mirrors, done.removed);
        gone.parts = intersection(plan_.parts, done.removed);
        report_.folder.kib = sizes; // before the removal
        report_.rows = rows_of(gone, all);
    }

    static std::vector<std::string> intersection(std::vector<std::string> names,
                                                 const std::vector<std::string>& others) {
        std::erase_if(names, [&](const std::string& name) {
            return std::find(others.begin(), others.end(), name) == others.end();
        });
        return names;
    }

    world::World& world_;
    const Arguments& arguments_;
    std::optional<remote::Project> project_;
    std::optional<remote::Cluster> cluster_;
    state::UninstallQuestion question_;
    std::string cache_;
    state::Inventory kept_;
    state::UninstallPlan plan_;
    Report report_;
};

std::string table_of(const Report& report, bool dry_run) {
    struct Sum {
        std::uint64_t count = 0;
        std::uint64_t kib = 0;
    };
    std::vector<std::string> kinds; // in order
    std::map<std::string, Sum> sums;
    std::uint64_t all = 0;
    for (const auto& row : report.rows) {
        if (!sums.contains(row.kind))
            kinds.push_back(row.kind);
        auto& sum = sums[row.kind];
        sum.count += row.count;
        sum.kib += row.kib;
        all += row.kib;
    }
    std::vector<std::vector<std::string>> rows = {
        {dry_run ? "WOULD GO" : "REMOVED", "HOW MANY", "SIZE"}};
    for (const auto& kind : kinds)
        rows.push_back({kind, sums[kind].count > 0 ? fmt::format("{}", sums[kind].count) : "",
                        base::bytes(sums[kind].kib * 1024)});
    rows.push_back({"total", "", base::bytes(all * 1024)});
    return base::columns(rows);
}

std::string kept_table(const Report& report) {
    std::vector<std::vector<std::string>> rows = {{"STAYS", "WHAT", "WHY"}};
    for (const auto& item : report.items)
        rows.push_back({std::string(state::word_of(item.kind).word), item.title,
                        std::string(item.reason == state::KeepReason::young
                                        ? "it has just changed"
                                        : state::word_of(item.reason).sentence)});
    std::vector<std::string> needed;
    for (const auto& part : report.parts)
        if (part.reason == state::PartReason::needed)
            needed.push_back(state::title_of_part(part.path));
        else
            rows.push_back({state::title_of_part(part.path), part.path,
                            std::string(state::sentence_of(part.reason))});
    if (!needed.empty())
        rows.push_back({"what is shared", base::join(needed, ", "),
                        std::string(state::sentence_of(state::PartReason::needed))});
    return rows.size() == 1 ? "" : "\n" + base::columns(rows);
}

nlohmann::json to_json(const Report& report) {
    nlohmann::json removed = nlohmann::json::array();
    for (const auto& row : report.rows)
        removed.push_back({{"kind", row.kind}, {"path", row.path}, {"kib", row.kib}});
    nlohmann::json kept = nlohmann::json::array();
    for (const auto& item : report.items)
        kept.push_back({{"kind", state::word_of(item.kind).word},
                        {"title", item.title},
                        {"reason", state::word_of(item.reason).word}});
    for (const auto& part : report.parts)
        kept.push_back({{"kind", "part"},
                        {"title", part.path},
                        {"reason", std::string(state::word_of(part.reason))}});
    return {{"cluster", report.cluster}, {"dir", report.folder.dir},
            {"removed", removed},        {"kept", kept},
            {"failed", report.failed},   {"squeue_answered", !report.squeue_words},
            {"gone", report.is_gone}};
}

void Uninstaller::confirm() {
    if (arguments_.yes)
        return;
    world_.console.note(
        fmt::format("rdvc's folder on {}: {}", report_.cluster, report_.folder.dir));
    for (const auto& line : base::lines(table_of(report_, true) + kept_table(report_)))
        world_.console.note(line);
    std::string question = "remove this";
    if (report_.live > 0)
        question =
            fmt::format("cancel {} and remove this", base::count(report_.live, "submission"));
    std::string answer;
    try {
        answer = world_.ask(question + " (yes or no)", "no");
    } catch (const Error&) { // nobody is there
        answer = "no";
    }
    if (!base::lower(answer).starts_with("y"))
        throw Error(Exit::usage, "nothing was removed").hint("--yes does not ask");
}

// Ends what lives or may still begin, and waits for its end.
void Uninstaller::cancel_all() {
    constexpr auto patience = std::chrono::minutes(2); // SLURM's grace, and a job's last acts
    constexpr auto pause = std::chrono::seconds(2);
    const auto ours = state::live_submissions(kept_);
    auto live = ours;
    if (live.empty() || kept_.squeue_words)
        return;
    script::Variables variables;
    variables.lists["tokens"] = {live.begin(), live.end()};
    std::size_t cancelled = 0;
    begin_removal();
    cluster_->ask("cancel", variables, [&](const transport::Frame& frame) {
        cancelled += frame.verb == "cancelled" ? 1 : 0;
    });
    world_.console.note(
        fmt::format("cancelled {}; waiting for their end", base::count(cancelled, "submission")));
    for (const auto end = std::chrono::steady_clock::now() + patience;
         !live.empty() && std::chrono::steady_clock::now() < end;
         std::this_thread::sleep_for(pause)) {
        kept_ = remote::ask_inventory(*cluster_);
        live = state::live_submissions(kept_);
        std::erase_if(live, [&](const auto& token) { return !ours.contains(token); });
    }
    find_out();
}

void show(world::World& world, const Arguments& arguments, const Report& report,
          const std::string& cache) {
    if (report.folder.dir.empty()) {
        world.console.note(fmt::format("nothing of rdvc is on {}", report.cluster));
    } else {
        world.console.data(table_of(report, arguments.dry_run) + kept_table(report));
        if (arguments.dry_run && report.live > 0)
            world.console.note(fmt::format("--force would cancel {} first",
                                           base::count(report.live, "submission")));
        if (report.is_gone)
            world.console.note(fmt::format("{} on {} is gone", report.folder.dir, report.cluster));
        else if (report.is_empty)
            world.console.note(fmt::format("{} on {} is empty; the folder itself stays, as a link "
                                           "leads to it or it cannot be removed",
                                           report.folder.dir, report.cluster));
    }
    if (!cache.empty())
        world.console.note(
            fmt::format("cluster.cache is {}: rdvc does not remove that folder", cache));
    if (report.squeue_words)
        world.console.warn("squeue does not answer, so nothing that a job may need was removed: " +
                           *report.squeue_words);
}

// Of the user's configuration; "" is [cluster], whatever cluster.default says. A sandbox that is
// down cannot be asked; `rdvc sandbox down --purge` removes it.
std::vector<std::string> all_clusters(world::World& world) {
    const auto config = remote::load_config(world, {}, "", config::DefaultCluster::ignored);
    auto names = config.clusters();
    if (config.has_built_in() && sandbox::state_of(sandbox::place_of(world)) != sandbox::State::up)
        std::erase(names, sandbox::name);
    if (names.empty() || !config.text("cluster.host").empty())
        names.insert(names.begin(), "");
    return names;
}

// One cluster after the other; true if all is gone everywhere. An error of one of several is
// reported with what the others have done.
bool uninstall_remote(world::World& world, const Arguments& arguments) {
    const auto names =
        arguments.all_clusters ? all_clusters(world) : std::vector<std::string>{arguments.cluster};
    nlohmann::json all = nlohmann::json::array();
    bool is_complete = true;
    std::vector<std::string> failed;
    std::set<std::string> done;
    const auto uninstall_one = [&](const std::string& name) {
        Uninstaller uninstaller(world, arguments, name);
        const auto report = uninstaller.run();
        if (!done.insert(report.cluster + "\n" + report.folder.dir).second)
            return;
        all.push_back(to_json(report));
        is_complete = is_complete && report.is_complete();
        failed.insert(failed.end(), report.failed.begin(), report.failed.end());
        if (!arguments.json)
            show(world, arguments, report, uninstaller.cache());
    };
    for (const auto& name : names)
        try {
            uninstall_one(name);
        } catch (const Error& error) {
            if (names.size() == 1)
                throw;
            failed.push_back(
                fmt::format("{}: {}", name.empty() ? "[cluster]" : name, error.what()));
            if (!error.context().empty())
                failed.push_back("  " + error.context());
        }
    if (arguments.json)
        world.console.data(
            nlohmann::json{{"version", 1}, {"dry_run", arguments.dry_run}, {"clusters", all}}.dump(
                2, ' ', false, nlohmann::json::error_handler_t::replace) +
            "\n");
    if (arguments.dry_run)
        world.console.note("nothing was removed (--dry-run)");
    if (!failed.empty())
        throw Error(Exit::failed, arguments.dry_run ? "not all clusters have answered"
                                                    : "some of it could not be removed")
            .context(base::first_lines(failed))
            .hint("the same command goes on");
    return is_complete || arguments.dry_run;
}

} // namespace

Exit uninstall(world::World& world, const Words& words) {
    Arguments arguments;
    cli::Options options("uninstall",
                         "Says what rdvc keeps on this machine and how to remove the program. "
                         "With --remote: removes what rdvc has on the cluster, but nothing that a "
                         "live job needs and no result that is not here.");
    options.flag("--remote", arguments.remote, "remove rdvc's folder on the cluster")
        .flag("--local", arguments.local,
              "remove rdvc's records and caches on this machine; your settings stay")
        .flag("--force", arguments.force,
              "cancel jobs that live, and remove results that are not here")
        .flag("--dry-run", arguments.dry_run, "show what would be removed, and change nothing")
        .flag("-y,--yes", arguments.yes, "do not ask")
        .flag("--json", arguments.json, "as JSON")
        .flag("--all-clusters", arguments.all_clusters, "all clusters of your configuration")
        .text("--cluster", arguments.cluster, "use [clusters.NAME]", "NAME");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (arguments.remote && arguments.local)
        throw Error(Exit::usage, "`--remote` and `--local` exclude each other: first the cluster, "
                                 "because this machine knows what is there");
    if (!arguments.remote &&
        (arguments.force || arguments.all_clusters || !arguments.cluster.empty()))
        throw Error(Exit::usage, "`--force`, `--all-clusters` and `--cluster` need `--remote`");
    if (arguments.all_clusters && !arguments.cluster.empty())
        throw Error(Exit::usage, "`--all-clusters` and `--cluster` exclude each other");
    if (!arguments.remote) {
        uninstall_local(world, {.remove = arguments.local,
                                .dry_run = arguments.dry_run,
                                .yes = arguments.yes,
                                .json = arguments.json});
        return Exit::done;
    }
    if (uninstall_remote(world, arguments))
        return Exit::done;
    throw Error(Exit::not_ready, "some of it stays on the cluster")
        .context("the table says why")
        .hint("`rdvc pull` brings results; `--force` cancels jobs and removes results that are not "
              "here");
}

} // namespace rdvc::commands
