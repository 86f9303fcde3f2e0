#include "data/scope.hpp"

#include <algorithm>

#include "data/paths.hpp"

namespace rdvc::data {

namespace {

void add_reachable(std::size_t from, const std::vector<Places>& next, Places& found) {
    if (found.insert(from).second)
        for (const auto at : next[from])
            add_reachable(at, next, found);
}

bool is_below(const std::string& file, const std::string& folder) {
    return folder.empty() || file.starts_with(folder + "/");
}

} // namespace

bool reads(const Stage& stage, const Output& output) {
    return std::any_of(stage.deps.begin(), stage.deps.end(),
                       [&](const std::string& dep) { return overlap(dep, output.path); });
}

Graph::Graph(const Pipeline& pipeline) : pipeline_(pipeline) {
    link();
    sharing_.resize(pipeline.tracked.size());
    for (std::size_t i = 0; i < pipeline.tracked.size(); ++i)
        for (std::size_t at = 0; at < pipeline.stages.size(); ++at) {
            const auto& stage = pipeline.stages[at];
            if (!stage.is_known || (!stage.frozen && reads(stage, pipeline.tracked[i])))
                sharing_[i].insert(at);
        }
}

void Graph::link() {
    const auto& stages = pipeline_.stages;
    makers_.resize(stages.size());
    before_.resize(stages.size());
    after_.resize(stages.size());
    const auto makes = [&](const Stage& maker, const Stage& reader) {
        return !maker.is_known || !reader.is_known ||
               std::any_of(maker.outs.begin(), maker.outs.end(),
                           [&](const Output& output) { return reads(reader, output); });
    };
    for (std::size_t reader = 0; reader < stages.size(); ++reader)
        for (std::size_t maker = 0; maker < stages.size(); ++maker) {
            if (maker == reader || !makes(stages[maker], stages[reader]))
                continue;
            makers_[reader].insert(maker);
            if (!stages[reader].frozen) {
                before_[reader].insert(maker);
                after_[maker].insert(reader);
            }
        }
}

bool Graph::is_named(const Stage& stage, const std::string& target, const Scope& scope) const {
    const auto colon = target.find(':');
    const std::string name = colon == std::string::npos ? target : target.substr(colon + 1);
    const std::string file =
        join_path(scope.here,
                  colon == std::string::npos || colon == 0 ? "dvc.yaml" : target.substr(0, colon));
    const std::string path = join_path(scope.here, target);
    if (stage.file == path || (scope.recursive && is_below(stage.file, path)))
        return true;
    if (stage.file == file && (stage.name == name || stage.name.starts_with(name + "@") ||
                               (stage.is_group && name.starts_with(stage.name + "@"))))
        return true;
    return std::any_of(stage.outs.begin(), stage.outs.end(),
                       [&](const Output& output) { return output.path == path; });
}

// The stages that `target` names; nothing if that is not known.
std::optional<Places> Graph::named(const std::string& target, const Scope& scope) const {
    Places found;
    for (std::size_t i = 0; i < pipeline_.stages.size(); ++i)
        if (is_named(pipeline_.stages[i], target, scope))
            found.insert(i);
    // A `.dvc` file is not a stage to run, but others depend on it.
    const std::string path = join_path(scope.here, target);
    bool is_tracked = false;
    for (std::size_t i = 0; i < pipeline_.tracked.size(); ++i) {
        const auto& output = pipeline_.tracked[i];
        if (output.owner != path && output.path != path &&
            !(scope.recursive && is_below(output.owner, path)))
            continue;
        is_tracked = true;
        if (scope.pipeline || scope.downstream)
            found.insert(sharing_[i].begin(), sharing_[i].end());
    }
    return found.empty() && !is_tracked ? std::nullopt : std::optional(found);
}

// All stages that are connected, even only through the data of a `.dvc` file.
void Graph::add_connected(Places& found) const {
    for (std::size_t before = 0; before != found.size();) {
        before = found.size();
        for (const auto at : Places(found)) {
            found.insert(before_[at].begin(), before_[at].end());
            found.insert(after_[at].begin(), after_[at].end());
        }
        for (const auto& readers : sharing_)
            if (std::any_of(readers.begin(), readers.end(),
                            [&](std::size_t at) { return found.contains(at); }))
                found.insert(readers.begin(), readers.end());
    }
}

Graph::Selected Graph::select(const Scope& scope) const {
    Selected all;
    for (std::size_t i = 0; i < pipeline_.stages.size(); ++i)
        all.stages.insert(i);
    if (scope.all_pipelines)
        return all;
    all.is_sure = false;
    Places targets;
    auto words = scope.targets;
    if (words.empty())
        words.emplace_back("dvc.yaml");
    for (const auto& word : words) {
        const auto found = named(word, scope);
        if (!found)
            return all;
        targets.insert(found->begin(), found->end());
    }
    Selected selected;
    if (scope.pipeline) {
        selected.stages = targets;
        add_connected(selected.stages);
    } else if (scope.single_item) {
        selected.stages = targets;
    } else {
        for (const auto at : targets)
            add_reachable(at, scope.downstream ? after_ : before_, selected.stages);
    }
    selected.is_sure = std::all_of(selected.stages.begin(), selected.stages.end(),
                                   [&](std::size_t at) { return pipeline_.stages[at].is_known; });
    return selected;
}

} // namespace rdvc::data
