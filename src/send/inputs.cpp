#include "send/inputs.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include <fmt/core.h>

#include "base/md5.hpp"
#include "base/text.hpp"
#include "data/cache.hpp"
#include "send/job_files.hpp"
#include "submission/tasks.hpp"

namespace rdvc::send {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;
using data::Need;
using data::Output;

namespace {

class Finder {
  public:
    Finder(world::World& world, remote::Cluster& cluster, const InputQuestion& question)
        : world_(world), cluster_(cluster), question_(question), scope_(scope_of(question)),
          repository_(question.project.repository),
          cache_(data::cache_dir(question.project.dvc_project, world.environment)),
          contents_(world.state_folder() / "contents" / (question.project.mirror + ".txt")),
          texts_(world, question), pipeline_(texts_.pipeline(scope_)) {}

    Inputs find() {
        texts_.refuse_at_once(pipeline_, scope_);
        auto inputs = find_objects();
        std::set<std::string> persist;
        std::set<std::string> metrics(pipeline_.metrics.begin(), pipeline_.metrics.end());
        std::set<std::string> plots(pipeline_.plots.begin(), pipeline_.plots.end());
        for (const auto& stage : pipeline_.stages)
            for (const auto& output : stage.outs) {
                if (output.persist)
                    persist.insert(output.path);
                else if (output.metric)
                    metrics.insert(output.path);
                else if (output.plot)
                    plots.insert(output.path);
            }
        inputs.persist.assign(persist.begin(), persist.end());
        inputs.metrics.assign(metrics.begin(), metrics.end());
        inputs.plots.assign(plots.begin(), plots.end());
        inputs.left_out = texts_.left_out(pipeline_);
        if (question_.arguments.is_sweep)
            inputs.shared = data::shared_stages(pipeline_, scope_, files(),
                                                submission::swept_settings_of(question_.arguments));
        return inputs;
    }

  private:
    Inputs find_objects() {
        std::set<std::string> lost;
        for (;;) {
            auto needs = data::find_needs(pipeline_, scope_, files(), lost);
            refuse_edited(needs.looked_at);
            refuse_unrecorded(needs.unrecorded);
            if (!question_.over_ssh)
                return left_to_the_job(needs);
            add_kept(needs);
            auto inputs = collect(needs.needed);
            const auto before = lost.size();
            drop_what_is_nowhere(needs.needed, inputs, lost);
            if (lost.size() == before) {
                inputs.allow_missing = !needs.all_there;
                inputs.skipped = skipped(needs);
                tell_held_back(needs);
                return inputs;
            }
        }
    }

    // The job finds out which outputs are on the DVC remote.
    static Inputs left_to_the_job(const data::Needs& needs) {
        Inputs inputs;
        inputs.allow_missing = !needs.all_there;
        constexpr std::size_t most = 10'000; // bytes; a script must stay readable
        std::size_t length = 0;
        for (const auto& record : needs.kept)
            if (record.can_rerun) {
                inputs.kept.push_back(record.output.hash + " " + record.output.path);
                length += inputs.kept.back().size();
            }
        if (length > most)
            inputs.kept = {"all"};
        return inputs;
    }

    // Outputs that the result will name and that nobody else could have: those that HEAD does not
    // name yet travel, others must at least exist here or there.
    void add_kept(data::Needs& needs) {
        std::set<std::string> known;
        for (const auto& need : needs.needed)
            known.insert(need.output.path);
        for (const auto& [output, stage, can_rerun] : needs.kept) {
            if (known.contains(output.path))
                continue;
            const bool here = is_here(output);
            if (here ? is_in_baseline(output) : !can_rerun)
                continue;
            needs.needed.push_back({output, stage, data::Runs::maybe, true});
            needs.needed.back().output.persist =
                false; // if it is nowhere, its stage makes it again
        }
    }

    bool is_here(const Output& output) {
        Inputs alone;
        add(output, alone);
        return std::none_of(alone.objects.begin(), alone.objects.end(),
                            [](const remote::Object& object) { return object.source.empty(); });
    }

    // Whether a dvc.lock in HEAD names it.
    bool is_in_baseline(const Output& output) {
        if (question_.commit == question_.baseline)
            return true;
        if (!baseline_locks_) {
            std::vector<std::string> locks;
            std::copy_if(question_.dvc_files.begin(), question_.dvc_files.end(),
                         std::back_inserter(locks),
                         [](const std::string& path) { return path.ends_with("dvc.lock"); });
            baseline_locks_ =
                project::read_files(world_.runner, repository_, question_.baseline, locks);
        }
        return std::any_of(baseline_locks_->begin(), baseline_locks_->end(), [&](const auto& lock) {
            return lock.second.find(output.hash) != std::string::npos;
        });
    }

    data::Files files() {
        return {.hash = [this](const std::string& path) { return hash_of(path); },
                .text = [this](const std::string& path) { return texts_.text(path); },
                .part = [this](const Output& folder,
                               const std::string& path) { return part_of(folder, path); },
                .in_commit =
                    [this](const std::vector<std::string>& paths) {
                        return project::has_paths(world_.runner, repository_, question_.commit,
                                                  paths);
                    }};
    }

    // The hash of a file that Git tracks, as the job will have it; "" if the work tree may differ.
    std::string hash_of(const std::string& path) {
        if (question_.arguments.only_committed)
            return "";
        const auto full = repository_.top / path;
        const auto is_hidden = [&path](const std::string& file) {
            return file == path || file.starts_with(path + "/");
        };
        if (std::any_of(question_.hidden.begin(), question_.hidden.end(), is_hidden))
            return "";
        if (fs::is_regular_file(full))
            return contents_.hash(full, false);
        if (!fs::is_directory(full))
            return "";
        data::Listing listing;
        for (const auto& file :
             base::split(project::ask_git(world_.runner, repository_,
                                          {"--literal-pathspecs", "ls-files", "-z", "--cached",
                                           "--others", "--exclude-standard", "--", path}),
                         '\0'))
            if (file.starts_with(path + "/") && fs::is_regular_file(repository_.top / file))
                listing[file.substr(path.size() + 1)] =
                    contents_.hash(repository_.top / file, false);
        return base::md5(data::render_listing(listing)) + ".dir";
    }

    // The recorded hash of `path` in a tracked folder; "" if its listing is not here.
    std::string part_of(const Output& folder, const std::string& path) {
        const auto name = data::object_name(folder.hash, folder.legacy);
        auto listing = data::parse_listing(base::read_file(cache_ / name).value_or(""));
        if (!listing && comparison_of(folder).as_recorded)
            listing = comparison_of(folder).listing;
        return listing ? data::hash_in(*listing, path.substr(folder.path.size() + 1)) : "";
    }

    data::Comparison& comparison_of(const Output& output) {
        const auto known = comparisons_.find(output.path);
        if (known != comparisons_.end())
            return known->second;
        return comparisons_[output.path] =
                   data::compare(world_.runner, repository_, contents_, cache_, output);
    }

    static std::vector<std::string> skipped(const data::Needs& needs) {
        constexpr std::size_t most = 100; // a script has to stay readable
        std::vector<std::string> names;
        for (const auto& output : needs.looked_at)
            if (names.size() < most &&
                std::none_of(needs.needed.begin(), needs.needed.end(),
                             [&](const Need& need) { return need.output.path == output.path; }))
                names.push_back(data::object_name(output.hash, output.legacy) + " " + output.path);
        return names;
    }

    void tell_held_back(const data::Needs& needs) const {
        for (const auto& output : needs.looked_at)
            if (std::none_of(needs.needed.begin(), needs.needed.end(),
                             [&](const Need& need) { return need.output.path == output.path; }))
                world_.console.trace(
                    fmt::format("not sent: `{}` ({}), because no stage that reads it has to run",
                                output.path, output.owner));
    }

    // A job would get what DVC has recorded, not the edited file: never run on old data.
    void refuse_edited(const std::vector<Output>& outputs) {
        std::vector<std::string> edited;
        std::set<std::string> owners;
        for (const auto& output : outputs) {
            const auto& comparison = comparison_of(output);
            if (!comparison.is_there || comparison.as_recorded)
                continue;
            edited.push_back(fmt::format("{}  ({})", output.path, output.owner));
            owners.insert(output.owner.ends_with(".dvc") ? output.owner : output.path);
        }
        if (edited.empty())
            return;
        if (question_.arguments.only_committed) {
            if (!warned_)
                world_.console.warn(fmt::format("left out: changes of {} that DVC has not recorded",
                                                base::count(edited.size(), "tracked input")));
            warned_ = true;
            return;
        }
        throw Error(Exit::not_ready,
                    fmt::format("{} edited since DVC recorded {}",
                                edited.size() == 1 ? "an input was" : "inputs were",
                                edited.size() == 1 ? "it" : "them"))
            .context(base::first_lines(edited))
            .hint("record the new content with `dvc commit " +
                  base::join({owners.begin(), owners.end()}, " ") +
                  "`, or restore the recorded one with `dvc checkout`");
    }

    // DVC would fetch them first. The job cannot if they come from this machine, or, without a DVC
    // remote, if they are not an import.
    void refuse_unrecorded(const std::vector<Output>& outputs) const {
        std::vector<std::string> here;
        std::set<std::string> owners;
        bool is_import = true;
        for (const auto& output : outputs) {
            if (output.imported ? output.comes_from_afar : !question_.over_ssh)
                continue;
            here.push_back(fmt::format("{}  ({})", output.path, output.owner));
            owners.insert(output.owner);
            is_import = is_import && output.imported;
        }
        if (here.empty())
            return;
        throw Error(Exit::not_ready, "DVC has not recorded the content of data that the run needs")
            .context(base::first_lines(here))
            .hint(fmt::format("record it with `dvc {} {}`", is_import ? "update" : "commit",
                              base::join({owners.begin(), owners.end()}, " ")));
    }

    // The file here that holds an object, or "".
    std::string source_of(const std::string& name, const fs::path& in_work_tree,
                          const Output& output) {
        if (const auto object = cache_ / name; fs::exists(object))
            return object;
        return comparison_of(output).as_recorded ? in_work_tree.string() : "";
    }

    Inputs collect(const std::vector<Need>& needed) {
        Inputs inputs;
        for (const auto& need : needed)
            add(need.output, inputs);
        return inputs;
    }

    void add(const Output& output, Inputs& inputs) {
        const auto name = data::object_name(output.hash, output.legacy);
        const auto path = repository_.top / output.path;
        remote::Object top{name, output.path, output.is_folder() ? std::nullopt : output.size, {}};
        if (!output.pushed) {
            inputs.objects.push_back(std::move(top)); // it does not leave this machine
            return;
        }
        if (!output.is_folder()) {
            top.source = source_of(name, path, output);
            inputs.objects.push_back(std::move(top));
            return;
        }
        auto listing = data::parse_listing(base::read_file(cache_ / name).value_or(""));
        if (listing) {
            top.source = (cache_ / name).string();
        } else if (comparison_of(output).as_recorded) {
            listing = comparison_of(output).listing;
            top.source = make_folder_object(name, *listing, inputs).string();
        }
        inputs.objects.push_back(std::move(top));
        if (!listing)
            return;
        for (const auto& [file, hash] : *listing) {
            const auto entry = data::object_name(hash, output.legacy);
            inputs.objects.push_back({entry, output.path + "/" + file, std::nullopt,
                                      source_of(entry, path / file, output)});
        }
    }

    static fs::path make_folder_object(const std::string& name, const data::Listing& listing,
                                       Inputs& inputs) {
        inputs.made.push_back(std::make_shared<base::TemporaryFolder>());
        auto file = inputs.made.back()->path() / name;
        base::write_file(file, data::render_listing(listing));
        return file;
    }

    // Asks the cluster about objects that are not here. If an object is nowhere, its stage makes it
    // again, or the run is refused, or, if it may not be needed, warned about.
    void drop_what_is_nowhere(const std::vector<Need>& needed, Inputs& inputs,
                              std::set<std::string>& lost) {
        std::vector<remote::Object> absent;
        for (const auto& object : inputs.objects)
            if (object.source.empty())
                absent.push_back(object);
        std::set<std::string> nowhere;
        if (!absent.empty() && !question_.arguments.dry_run)
            nowhere =
                remote::Transfer(world_, question_.project.config, cluster_).ask(absent).lacking;
        std::vector<std::string> missing;
        for (const auto& need : needed) {
            const auto& output = need.output;
            if (!lacks(inputs, output, nowhere)) {
                inputs.list += fmt::format(
                    "{} {}\n", data::object_name(output.hash, output.legacy),
                    output.size && !output.is_folder() ? fmt::format("{}", *output.size) : "-");
                continue;
            }
            if (need.made_by_stage && !output.persist)
                lost.insert(output.path);
            else if (need.runs == data::Runs::yes)
                missing.push_back(fmt::format("{}  ({}){}", output.path, output.owner,
                                              output.pushed ? "" : ", `push: false`"));
            else if (said_.insert(output.path).second)
                world_.console.warn(fmt::format(
                    "`{}` is neither here nor on the cluster; the run fails if {} has to run",
                    output.path, need.stage));
        }
        if (!missing.empty())
            throw Error(Exit::not_ready,
                        "data that the run needs is neither here nor on the cluster")
                .context(base::first_lines(missing))
                .hint("bring it here with `dvc pull` or `dvc fetch`; outputs with `push: false` "
                      "must be in the cluster's cache already");
        std::erase_if(inputs.objects,
                      [&](const remote::Object& object) { return nowhere.contains(object.name); });
    }

    static bool lacks(const Inputs& inputs, const Output& output,
                      const std::set<std::string>& nowhere) {
        return !nowhere.empty() &&
               std::any_of(inputs.objects.begin(), inputs.objects.end(),
                           [&](const remote::Object& object) {
                               return nowhere.contains(object.name) &&
                                      (object.label == output.path ||
                                       object.label.starts_with(output.path + "/"));
                           });
    }

    world::World& world_;
    remote::Cluster& cluster_;
    const InputQuestion& question_;
    const data::Scope scope_;
    const project::Repository& repository_;
    fs::path cache_;
    data::Contents contents_;
    JobFiles texts_;
    const data::Pipeline pipeline_;
    std::map<std::string, data::Comparison> comparisons_;
    std::optional<std::map<std::string, std::string>> baseline_locks_;
    std::set<std::string> said_;
    bool warned_ = false;
};

} // namespace

Inputs find_inputs(world::World& world, remote::Cluster& cluster, const InputQuestion& question) {
    return question.dvc_files.empty() ? Inputs{} : Finder(world, cluster, question).find();
}

} // namespace rdvc::send
