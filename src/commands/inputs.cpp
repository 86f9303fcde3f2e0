#include "commands/inputs.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/core.h>

#include "base/md5.hpp"
#include "base/text.hpp"
#include "data/cache.hpp"
#include "project/dvc.hpp"

namespace rdvc::commands {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;
using data::Need;
using data::Output;

namespace {

class Finder {
  public:
    Finder(cli::World& world, Cluster& cluster, const InputQuestion& question)
        : world_(world), cluster_(cluster), question_(question),
          repository_(question.project.repository),
          cache_(data::cache_dir(question.project.dvc_project, world.environment)),
          contents_(world.state_folder() / "contents" / (question.project.mirror + ".txt")) {}

    Inputs find() {
        pipeline_ = data::read_pipeline(read_dvc_files());
        auto inputs = find_objects();
        std::set<std::string> persist;
        std::set<std::string> metrics(pipeline_.metrics.begin(), pipeline_.metrics.end());
        for (const auto& stage : pipeline_.stages)
            for (const auto& output : stage.outs) {
                if (output.persist)
                    persist.insert(output.path);
                else if (output.metric)
                    metrics.insert(output.path);
            }
        inputs.persist.assign(persist.begin(), persist.end());
        inputs.metrics.assign(metrics.begin(), metrics.end());
        return inputs;
    }

  private:
    Inputs find_objects() {
        if (pipeline_.tracked.empty() && !has_recorded_outputs())
            return {};
        std::set<std::string> lost;
        for (;;) {
            const auto needs = data::find_needs(pipeline_, scope(), files(), lost);
            refuse_edited(needs.looked_at);
            if (!question_.over_ssh)
                return {};
            auto inputs = collect(needs.needed);
            const auto before = lost.size();
            drop_what_is_nowhere(needs.needed, inputs, lost);
            if (lost.size() == before) {
                inputs.remake.assign(lost.begin(), lost.end());
                inputs.skipped = skipped(needs);
                return inputs;
            }
        }
    }

    // As the job will have them: the work tree's are the snapshot's, and nearer at hand than git's.
    std::map<std::string, std::string> read_dvc_files() {
        std::map<std::string, std::string> files;
        std::vector<std::string> others;
        for (const auto& path : question_.dvc_files) {
            auto text = question_.arguments.only_committed
                            ? std::nullopt
                            : base::read_file(repository_.top / path);
            if (text)
                files[path] = std::move(*text);
            else
                others.push_back(path);
        }
        files.merge(project::read_files(world_.runner, repository_, question_.commit, others));
        return files;
    }

    // Of a parameter file as committed, which many stages may read.
    std::optional<std::string> text_of(const std::string& path) {
        if (!texts_.contains(path)) {
            const auto found =
                project::read_files(world_.runner, repository_, question_.commit, {path});
            texts_[path] = found.empty() ? std::nullopt : std::optional(found.begin()->second);
        }
        return texts_[path];
    }

    [[nodiscard]] bool has_recorded_outputs() const {
        return std::any_of(pipeline_.stages.begin(), pipeline_.stages.end(),
                           [](const data::Stage& stage) { return stage.has_run; });
    }

    [[nodiscard]] data::Scope scope() const {
        const auto& arguments = question_.arguments;
        return {.here = repository_.prefix.generic_string(),
                .targets = arguments.targets,
                .overrides = arguments.overrides,
                .force = arguments.force,
                .single_item = arguments.single_item,
                .pipeline = arguments.pipeline,
                .all_pipelines = arguments.all_pipelines,
                .downstream = arguments.downstream,
                .recursive = arguments.recursive,
                .hydra = project::uses_hydra(question_.project.dvc_project)};
    }

    data::Files files() {
        return {.hash = [this](const std::string& path) { return hash_of(path); },
                .text = [this](const std::string& path) { return text_of(path); }};
    }

    // Of what Git tracks, as the job will have it; "" where the work tree may be another.
    std::string hash_of(const std::string& path) {
        if (question_.arguments.only_committed)
            return "";
        const auto full = repository_.top / path;
        const auto is_hidden = [this, &path](const std::string& file) {
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

    data::Standing& standing_of(const Output& output) {
        const auto known = standings_.find(output.path);
        if (known != standings_.end())
            return known->second;
        return standings_[output.path] =
                   data::compare(world_.runner, repository_, contents_, cache_, output);
    }

    static std::vector<std::string> skipped(const data::Needs& needs) {
        constexpr std::size_t most = 100; // a script has to stay readable
        std::vector<std::string> names;
        for (const auto& output : needs.looked_at)
            if (names.size() < most &&
                std::none_of(needs.needed.begin(), needs.needed.end(),
                             [&](const Need& need) { return need.output.path == output.path; }))
                names.push_back(data::object_name(output.hash, output.legacy));
        return names;
    }

    // A job would get what DVC has recorded, not what is there: never a run on old data.
    void refuse_edited(const std::vector<Output>& outputs) {
        std::vector<std::string> edited;
        std::set<std::string> owners;
        for (const auto& output : outputs) {
            const auto& standing = standing_of(output);
            if (!standing.is_there || standing.as_recorded)
                continue;
            edited.push_back(fmt::format("{}  ({})", output.path, output.owner));
            owners.insert(output.owner.ends_with(".dvc") ? output.owner : output.path);
        }
        if (edited.empty())
            return;
        if (question_.arguments.only_committed) {
            if (!warned_)
                world_.console.warn(
                    fmt::format("left here: changes of {} that DVC has not recorded",
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
                  "`, or go back to the recorded one with `dvc checkout`");
    }

    // The file here that holds an object, or "".
    fs::path source_of(const std::string& name, const fs::path& in_work_tree, bool as_recorded) {
        if (fs::exists(cache_ / name))
            return cache_ / name;
        return as_recorded ? in_work_tree : fs::path();
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
        const auto& standing = standing_of(output);
        Object top{name, output.path, output.is_folder() ? std::nullopt : output.size, {}};
        if (!output.pushed) {
            inputs.objects.push_back(std::move(top)); // it does not leave this machine
            return;
        }
        top.source = source_of(name, path, standing.as_recorded && !output.is_folder());
        if (!output.is_folder()) {
            inputs.objects.push_back(std::move(top));
            return;
        }
        auto listing = top.source.empty()
                           ? std::nullopt
                           : data::parse_listing(base::read_file(top.source).value_or(""));
        if (!listing && standing.as_recorded) {
            listing = standing.listing;
            top.source = make_folder_object(name, *listing, inputs);
        }
        inputs.objects.push_back(std::move(top));
        if (!listing)
            return;
        for (const auto& [file, hash] : *listing) {
            const auto entry = data::object_name(hash, output.legacy);
            inputs.objects.push_back({entry, output.path + "/" + file, std::nullopt,
                                      source_of(entry, path / file, standing.as_recorded)});
        }
    }

    static fs::path make_folder_object(const std::string& name, const data::Listing& listing,
                                       Inputs& inputs) {
        inputs.made.push_back(std::make_shared<base::TemporaryFolder>());
        auto file = inputs.made.back()->path() / name;
        base::write_file(file, data::render_listing(listing));
        return file;
    }

    // Asks the cluster for what is not here. What is nowhere: its stage makes it again, or it is
    // refused, or said where it may not be needed.
    void drop_what_is_nowhere(const std::vector<Need>& needed, Inputs& inputs,
                              std::set<std::string>& lost) {
        std::vector<Object> absent;
        for (const auto& object : inputs.objects)
            if (object.source.empty())
                absent.push_back(object);
        std::set<std::string> nowhere;
        if (!absent.empty() && !question_.arguments.dry_run)
            nowhere = Transfer(world_, question_.project.config, cluster_).ask(absent).lacking;
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
                .hint("bring it here with `dvc pull` or `dvc fetch`; what is `push: false` must be "
                      "in the cluster's cache already");
        std::erase_if(inputs.objects,
                      [&](const Object& object) { return nowhere.contains(object.name); });
    }

    static bool lacks(const Inputs& inputs, const Output& output,
                      const std::set<std::string>& nowhere) {
        return !nowhere.empty() &&
               std::any_of(inputs.objects.begin(), inputs.objects.end(), [&](const Object& object) {
                   return nowhere.contains(object.name) &&
                          (object.label == output.path ||
                           object.label.starts_with(output.path + "/"));
               });
    }

    cli::World& world_;
    Cluster& cluster_;
    const InputQuestion& question_;
    const project::Repository& repository_;
    fs::path cache_;
    data::Contents contents_;
    data::Pipeline pipeline_;
    std::map<std::string, data::Standing> standings_;
    std::map<std::string, std::optional<std::string>> texts_;
    std::set<std::string> said_;
    bool warned_ = false;
};

} // namespace

Inputs find_inputs(cli::World& world, Cluster& cluster, const InputQuestion& question) {
    return question.dvc_files.empty() ? Inputs{} : Finder(world, cluster, question).find();
}

} // namespace rdvc::commands
