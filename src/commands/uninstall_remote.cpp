#include "commands/uninstall_remote.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include <fmt/core.h>

#include "base/text.hpp"
#include "bring/data.hpp"
#include "commands/removal.hpp"
#include "remote/clean.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "remote/uninstall.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

class Uninstaller {
  public:
    Uninstaller(world::World& world, const RemoteArguments& arguments, const std::string& cluster)
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
        report_.cache = config.text("cluster.cache");
        cluster_.emplace(world, config);
        report_.cluster = cluster_->name();
    }

    UninstallReport run() {
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

  private:
    // With --force it is planned before the confirmation what goes once live jobs are cancelled.
    // Asks for the records, unless that would make the folder again that is already going.
    void find_out() {
        kept_ = {};
        auto& folder = report_.folder;
        folder = remote::look_at_folder(*cluster_, report_.cache);
        if (folder.entries.contains("submissions") || folder.entries.contains("jobs") ||
            folder.entries.contains("repos")) {
            kept_ = remote::ask_inventory(*cluster_);
            folder =
                remote::look_at_folder(*cluster_, report_.cache); // it may have stored something
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
    std::vector<UninstallRow> rows_of(const state::UninstallPlan& plan,
                                      const remote::Cleaned& items) const {
        using Kind = state::CleanKind;
        static const std::map<Kind, std::string_view> part_of = {{Kind::submission, "submissions"},
                                                                 {Kind::environment, "envs"},
                                                                 {Kind::functions, "functions"},
                                                                 {Kind::lock, "envs"},
                                                                 {Kind::note, "envs"}};
        std::map<std::string, std::uint64_t> counts;
        std::vector<UninstallRow> rows;
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
    const RemoteArguments& arguments_;
    std::optional<remote::Project> project_;
    std::optional<remote::Cluster> cluster_;
    state::UninstallQuestion question_;
    state::Inventory kept_;
    state::UninstallPlan plan_;
    UninstallReport report_;
};

void Uninstaller::confirm() {
    if (arguments_.yes)
        return;
    world_.console.note(
        fmt::format("rdvc's folder on {}: {}", report_.cluster, report_.folder.dir));
    for (const auto& line : base::lines(tables_of(report_, true)))
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

} // namespace

UninstallReport uninstall_from(world::World& world, const RemoteArguments& arguments,
                               const std::string& cluster) {
    return Uninstaller(world, arguments, cluster).run();
}

} // namespace rdvc::commands
