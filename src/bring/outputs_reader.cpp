#include "bring/outputs_reader.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "data/cache.hpp"
#include "project/dvc.hpp"
#include "project/dvc_files.hpp"

namespace rdvc::bring {

OutputsReader::OutputsReader(world::World& world, const remote::Project& project,
                             const std::vector<std::string>& commits)
    : world_(world), project_(project), trees_(world.runner, project.repository, commits) {
    std::set<std::string> hashes;
    for (const auto& commit : commits)
        if (const auto root = trees_.root(commit); !files_.contains(root))
            for (const auto& [path, hash] : files_[root] = dvc_files(root))
                hashes.insert(hash);
    contents_ = project::read_contents(world.runner, project.repository, hashes);
    for (const auto& [root, files] : files_)
        outputs_[root] = outputs_in(root, files);
}

const Outputs& OutputsReader::of(const std::string& commit) const {
    return outputs_.at(trees_.root(commit));
}

OutputsReader::Files OutputsReader::dvc_files(const std::string& root) {
    const auto found = trees_.select(
        root, [](std::string_view name) { return name == ".dvc" || project::is_dvc_file(name); });
    std::vector<std::string> shape; // most commits of a project have the same
    Files files;
    for (const auto& [path, entry] : found) {
        const bool is_file = entry.mode != project::folder_mode;
        if (is_file)
            files[path] = entry.hash;
        if (is_file || !project::is_dvc_file(path))
            shape.push_back(path);
    }
    const auto [known, is_new] = paths_.try_emplace(std::move(shape));
    if (is_new)
        known->second = paths_of_project(root, files);
    std::erase_if(files, [&, &paths = known->second](const auto& file) {
        return !std::binary_search(paths.begin(), paths.end(), file.first);
    });
    return files;
}

std::vector<std::string> OutputsReader::paths_of_project(const std::string& root,
                                                         const Files& files) const {
    const auto below = project_.dvc_project.lexically_relative(project_.repository.top);
    std::vector<std::string> paths;
    for (const auto& [path, hash] : files)
        if (project::is_dvc_file(path))
            paths.push_back(path);
    return project::files_of_project(
        world_.runner, project_.repository, below == "." ? "" : below.generic_string(),
        std::move(paths),
        [&](const std::string& folder) { return trees_.find(root, folder + "/.dvc").has_value(); });
}

Outputs OutputsReader::outputs_in(const std::string& root, const Files& files) {
    Outputs outputs;
    for (const auto& [path, hash] : files) {
        const auto& some = outputs_of(path, files);
        std::copy_if(some.begin(), some.end(), std::back_inserter(outputs),
                     [&](const data::Output& one) { return !trees_.find(root, one.path); });
    }
    return outputs;
}

// Those of a `.dvc` file, or of a dvc.yaml with its dvc.lock.
const Outputs& OutputsReader::outputs_of(const std::string& path, const Files& files) {
    std::map<std::string, std::string> texts;
    std::string key = path;
    for (const auto& name : {path, path.substr(0, path.size() - 4) + "lock"}) {
        const auto file = files.find(name);
        const auto text = file == files.end() ? contents_.end() : contents_.find(file->second);
        if (text == contents_.end())
            continue;
        texts[name] = text->second;
        key += '\n' + text->first;
    }
    const auto [known, is_new] = read_.try_emplace(key);
    if (!is_new)
        return known->second;
    const auto pipeline = data::read_pipeline(texts);
    auto& outputs = known->second = pipeline.tracked;
    for (const auto& stage : pipeline.stages)
        outputs.insert(outputs.end(), stage.outs.begin(), stage.outs.end());
    std::erase_if(outputs, [](const data::Output& output) {
        return !output.cached || !output.pushed || output.hash.size() < 3 ||
               !data::parse_object_name(data::object_name(output.hash, output.legacy));
    });
    return outputs;
}

} // namespace rdvc::bring
