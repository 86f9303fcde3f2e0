#include "data/needs.hpp"

#include <algorithm>
#include <map>

#include "data/overrides.hpp"
#include "data/paths.hpp"
#include "data/values.hpp"

namespace rdvc::data {

namespace {

bool same_hash(const Output& output, const Locked& locked) {
    return output.hash == locked.hash && output.legacy == locked.legacy;
}

class Plan {
  public:
    Plan(const Pipeline& pipeline, const Scope& scope, const Files& files,
         const std::set<std::string>& lost)
        : pipeline_(pipeline), scope_(scope), files_(files), lost_(lost), graph_(pipeline),
          selected_(graph_.select(scope)) {
        needs_.all_there =
            !lost.empty() || std::any_of(selected_.stages.begin(), selected_.stages.end(),
                                         [&](std::size_t at) { return may_be_skipped(at); });
        needs_.all_there = needs_.all_there || !files_.in_commit(plain_dependencies());
    }

    Needs needs() {
        for (const auto at : selected_.stages) {
            const auto& stage = pipeline_.stages[at];
            for (const auto& output : pipeline_.tracked)
                if (!stage.is_known || reads(stage, output)) {
                    if (is_unrecorded(output) && will_run(at) != Runs::no &&
                        looked_at_.insert(output.path).second)
                        needs_.unrecorded.push_back(output);
                    look_at(output);
                    need(output, at, will_run(at), false);
                }
            for (const auto maker : graph_.makers(at))
                for (const auto& output : pipeline_.stages[maker].outs)
                    if (!stage.is_known || reads(stage, output))
                        add_made(output, maker, at);
            add_own(at);
        }
        for (std::size_t at = 0; at < pipeline_.stages.size(); ++at)
            keep_outputs(at);
        return std::move(needs_);
    }

    std::vector<std::string> shared(const std::vector<std::string>& swept) {
        std::vector<std::string> names;
        bool any_differs = false;
        for (const auto at : selected_.stages) {
            const bool differs = is_reached(at, swept);
            any_differs = any_differs || differs;
            if (!differs && will_run(at) != Runs::no)
                names.push_back(pipeline_.stages[at].name);
        }
        return any_differs ? names : std::vector<std::string>();
    }

  private:
    // Whether one of these overrides may change what the stage does.
    bool is_reached(std::size_t at, const std::vector<std::string>& swept) {
        if (const auto known = reached_.find(at); known != reached_.end())
            return known->second;
        reached_[at] = false; // where a cycle closes
        const auto& stage = pipeline_.stages[at];
        bool is = !stage.is_known || !stage.is_told || stage.is_group;
        for (const auto& [file, key] : stage.declared_params)
            is = is || (key.empty() ? is_written_by(file, swept) : may_set(swept, file, key));
        for (const auto& dep : stage.deps)
            is = is || may_write(dep);
        for (const auto maker : graph_.makers(at))
            is = is || is_reached(maker, swept);
        return reached_[at] = is;
    }

    static bool is_unrecorded(const Output& output) { return output.hash.empty() && output.cached; }

    // Whether DVC would skip a stage that has to run, if data may be missing: DVC has nothing to
    // compare, or cannot compare before the data is there.
    bool may_be_skipped(std::size_t at) {
        const auto& stage = pipeline_.stages[at];
        if (!stage.has_run && stage.is_known && stage.deps.empty() && !stage.has_params)
            return true;
        if (will_run(at) == Runs::no)
            return false;
        const auto unseen = [&](const Output& output) {
            return reads(stage, output) &&
                   (is_unrecorded(output) || (scope_.by_remote && !names(stage, output)));
        };
        if (scope_.by_remote && (!stage.is_known || scope_.single_item))
            return true;
        return std::any_of(pipeline_.tracked.begin(), pipeline_.tracked.end(), unseen) ||
               std::any_of(
                   graph_.makers(at).begin(), graph_.makers(at).end(), [&](std::size_t maker) {
                       const auto& outs = pipeline_.stages[maker].outs;
                       return scope_.by_remote && std::any_of(outs.begin(), outs.end(), unseen);
                   });
    }

    // Files that stages which have never run read, and that neither DVC nor another stage provides.
    // DVC would consider missing ones unchanged, and skip a stage that fails without them.
    std::vector<std::string> plain_dependencies() {
        std::set<std::string> paths;
        for (const auto at : selected_.stages) {
            if (!pipeline_.stages[at].is_known || pipeline_.stages[at].has_run)
                continue;
            for (const auto& dep : pipeline_.stages[at].deps)
                if (!is_outside(dep) && tracked_at(dep).empty() && !is_made(at, dep))
                    paths.insert(dep);
        }
        return {paths.begin(), paths.end()};
    }

    // The cluster may have it: a path of its file system, or an address.
    static bool is_outside(const std::string& dep) {
        return dep.starts_with("/") || dep.starts_with("../") ||
               dep.find("://") != std::string::npos;
    }

    bool is_made(std::size_t at, const std::string& dep) {
        return std::any_of(
            graph_.makers(at).begin(), graph_.makers(at).end(), [&](std::size_t maker) {
                const auto& outs = pipeline_.stages[maker].outs;
                return std::any_of(outs.begin(), outs.end(),
                                   [&](const Output& output) { return overlap(dep, output.path); });
            });
    }

    // The output as a whole is a dependency, not a part of it or a folder that contains it.
    static bool names(const Stage& stage, const Output& output) {
        return std::none_of(stage.deps.begin(), stage.deps.end(), [&](const std::string& dep) {
            return dep != output.path && overlap(dep, output.path);
        });
    }

    void keep_outputs(std::size_t at) {
        const auto& stage = pipeline_.stages[at];
        const bool in_scope = selected_.stages.contains(at);
        if (in_scope && will_run(at) == Runs::yes)
            return;
        for (const auto& output : stage.outs)
            if (!output.hash.empty() && output.cached && output.pushed)
                needs_.kept.push_back({output, stage.address(), in_scope});
    }

    void look_at(const Output& output) {
        if (!output.hash.empty() && looked_at_.insert(output.path).second)
            needs_.looked_at.push_back(output);
    }

    void need(const Output& output, std::size_t at, Runs runs, bool made) {
        if (output.hash.empty() || !output.cached || (runs == Runs::no && !needs_.all_there))
            return;
        runs = std::max(runs, Runs::maybe);
        const auto [place, is_new] = places_.emplace(output.path, needs_.needed.size());
        if (is_new)
            needs_.needed.push_back({output, pipeline_.stages[at].address(), runs, made});
        else if (runs == Runs::yes)
            needs_.needed[place->second].runs = runs;
    }

    // An output of another stage, which this one reads.
    void add_made(const Output& output, std::size_t maker, std::size_t at) {
        auto made = selected_.stages.contains(maker) ? will_run(maker) : Runs::no;
        // A frozen stage does not wait for others.
        if (pipeline_.stages[at].frozen)
            made = std::min(made, Runs::maybe);
        if (made == Runs::no && output.cached)
            look_at(output);
        if (made != Runs::yes && will_run(at) != Runs::no)
            need(output, at, made == Runs::no ? will_run(at) : Runs::maybe, true);
        else if (made != Runs::yes)
            need(output, at, Runs::no, true);
    }

    // What a stage that runs finds from its last run, or what a stage that does not run must leave
    // unchanged.
    void add_own(std::size_t at) {
        for (const auto& output : pipeline_.stages[at].outs)
            if (output.persist && will_run(at) != Runs::no && !lost_.contains(output.path))
                need(output, at, Runs::maybe, true);
            else if (will_run(at) == Runs::no)
                need(output, at, Runs::no, true);
    }

    [[nodiscard]] std::vector<const Output*> tracked_at(const std::string& path) const {
        std::vector<const Output*> found;
        for (const auto& output : pipeline_.tracked)
            if (overlap(path, output.path))
                found.push_back(&output);
        return found;
    }

    Runs will_run(std::size_t at) {
        if (const auto known = runs_.find(at); known != runs_.end())
            return known->second;
        runs_[at] = Runs::maybe; // where a cycle closes
        const auto& outs = pipeline_.stages[at].outs;
        if (std::any_of(outs.begin(), outs.end(),
                        [&](const Output& output) { return lost_.contains(output.path); }))
            return runs_[at] = Runs::yes;
        const auto runs = judge(at);
        return runs_[at] = selected_.is_sure ? runs : std::min(runs, Runs::maybe);
    }

    Runs judge(std::size_t at) {
        const auto& stage = pipeline_.stages[at];
        if (!stage.is_known || stage.is_group)
            return Runs::maybe;
        if (scope_.force)
            return Runs::yes;
        if (!stage.has_run) // DVC leaves a frozen one alone while none of it exists
            return stage.frozen ? Runs::maybe : Runs::yes;
        if (stage.frozen ? !stage.same_command : !stage.same_definition)
            return Runs::maybe;
        Runs runs = own_outputs(stage);
        if (stage.frozen)
            return runs;
        runs = std::max(runs, parameters(stage));
        for (const auto& dep : stage.deps)
            runs = std::max(runs, dependency(at, dep));
        return runs;
    }

    // Outputs that Git tracks are in the job's work tree, edited or not.
    [[nodiscard]] Runs own_outputs(const Stage& stage) const {
        return std::all_of(stage.outs.begin(), stage.outs.end(),
                           [&](const Output& output) {
                               return output.cached || files_.hash(output.path) == output.hash;
                           })
                   ? Runs::no
                   : Runs::maybe;
    }

    Runs dependency(std::size_t at, const std::string& dep) {
        const auto known = pipeline_.stages[at].lock.find(dep);
        if (known == pipeline_.stages[at].lock.end() || known->second.hash.empty())
            return Runs::maybe;
        const auto& locked = known->second;
        for (const auto maker : graph_.makers(at))
            for (const auto& output : pipeline_.stages[maker].outs) {
                if (!overlap(dep, output.path))
                    continue;
                if (selected_.stages.contains(maker) && will_run(maker) != Runs::no)
                    return Runs::maybe;
                return recorded(dep, output, locked);
            }
        const auto tracked = tracked_at(dep);
        if (tracked.size() > 1)
            return Runs::maybe;
        return tracked.empty() ? in_git(dep, locked) : recorded(dep, *tracked.front(), locked);
    }

    [[nodiscard]] Runs recorded(const std::string& dep, const Output& output,
                                const Locked& locked) const {
        if (!output.cached)
            return in_git(dep, locked);
        if (output.legacy != locked.legacy)
            return Runs::maybe;
        if (dep != output.path) {
            const auto part = files_.part && output.is_folder() && dep.starts_with(output.path)
                                  ? files_.part(output, dep)
                                  : "";
            return part.empty() ? Runs::maybe : part == locked.hash ? Runs::no : Runs::yes;
        }
        return same_hash(output, locked) ? Runs::no : Runs::yes;
    }

    // A dependency that Git tracks. DVC's rules differ from Git's, so it may still be equal for
    // DVC.
    [[nodiscard]] Runs in_git(const std::string& dep, const Locked& locked) const {
        if (may_write(dep))
            return Runs::maybe;
        const auto own = files_.hash(dep);
        if (own == locked.hash)
            return Runs::no;
        return own.empty() || own.ends_with(".dir") || locked.legacy ? Runs::maybe : Runs::yes;
    }

    // Whether the path is the file, or may be meant by its name.
    [[nodiscard]] bool is_at(const std::string& path, const std::string& file) const {
        return base_name(path) == base_name(file) || overlap(path, join_path("", file)) ||
               overlap(path, join_path(scope_.here, file));
    }

    [[nodiscard]] bool is_written_by(const std::string& path,
                                     const std::vector<std::string>& overrides) const {
        return std::any_of(overrides.begin(), overrides.end(), [&](const std::string& text) {
            return is_at(path, parse_override(text).file);
        });
    }

    // Whether DVC may set values in the file, before it runs anything.
    [[nodiscard]] bool may_write(const std::string& path) const {
        return (scope_.hydra && is_at(path, "params.yaml")) ||
               is_written_by(path, scope_.overrides);
    }

    [[nodiscard]] Runs parameters(const Stage& stage) const {
        if (scope_.hydra && stage.has_params)
            return Runs::maybe;
        Runs runs = Runs::no;
        for (const auto& [file, values] : stage.params) {
            const auto text = file.empty() ? std::nullopt : files_.text(file);
            if (!text || file.ends_with(".toml") || file.ends_with(".py"))
                return Runs::maybe;
            for (const auto& [key, value] : values) {
                const bool is_set = may_set(scope_.overrides, file, key);
                const auto sure =
                    is_set ? value_set(scope_.overrides, scope_.here, file, key) : std::nullopt;
                if (is_set ? !sure : parameter(*text, key) != value)
                    return Runs::maybe;
                if (is_set && *sure != value)
                    runs = Runs::yes;
            }
        }
        return runs;
    }

    const Pipeline& pipeline_;
    const Scope& scope_;
    const Files& files_;
    const std::set<std::string>& lost_;
    Graph graph_;
    Graph::Selected selected_;
    std::map<std::size_t, Runs> runs_;
    std::map<std::size_t, bool> reached_;
    Needs needs_;
    std::map<std::string, std::size_t> places_; // of outputs among the needs
    std::set<std::string> looked_at_;
};

} // namespace

Needs find_needs(const Pipeline& pipeline, const Scope& scope, const Files& files,
                 const std::set<std::string>& lost) {
    return Plan(pipeline, scope, files, lost).needs();
}

std::vector<std::string> shared_stages(const Pipeline& pipeline, const Scope& scope,
                                       const Files& files, const std::vector<std::string>& swept) {
    return Plan(pipeline, scope, files, {}).shared(swept);
}

} // namespace rdvc::data
