#include "project/commit_trees.hpp"

#include <utility>

namespace rdvc::project {

namespace {

void select_below(const std::map<std::string, Tree>& trees, const std::string& hash,
                  const std::string& prefix,
                  const std::function<bool(std::string_view name)>& is_wanted, TreePaths& found) {
    const auto tree = trees.find(hash);
    if (tree == trees.end())
        return;
    for (const auto& [name, entry] : tree->second) {
        if (is_wanted(name))
            found.emplace_back(prefix + name, entry);
        if (entry.mode == folder_mode)
            select_below(trees, entry.hash, prefix + name + '/', is_wanted, found);
    }
}

} // namespace

CommitTrees::CommitTrees(base::Runner& runner, const Repository& repository,
                         const std::vector<std::string>& commits) {
    std::vector<std::string> names;
    for (const auto& commit : commits)
        names.push_back(commit + "^{tree}");
    std::set<std::string> below;
    const auto add = [&](const std::string& hash, Tree tree) {
        for (const auto& [name, entry] : tree)
            if (entry.mode == folder_mode)
                below.insert(entry.hash);
        trees_.emplace(hash, std::move(tree));
    };
    const auto contents = read_objects(runner, repository, names, "tree");
    for (std::size_t i = 0; i < commits.size(); ++i)
        if (auto tree = contents[i] ? parse_tree(*contents[i]) : std::nullopt) {
            roots_[commits[i]] = object_hash("tree", *contents[i]);
            add(roots_[commits[i]], std::move(*tree));
        }
    while (!below.empty()) {
        std::erase_if(below, [&](const std::string& hash) { return trees_.contains(hash); });
        names.assign(below.begin(), below.end());
        below.clear();
        const auto folders = read_objects(runner, repository, names, "tree");
        for (std::size_t i = 0; i < names.size(); ++i)
            if (auto tree = folders[i] ? parse_tree(*folders[i]) : std::nullopt)
                add(names[i], std::move(*tree));
    }
}

std::string CommitTrees::root(const std::string& commit) const {
    const auto found = roots_.find(commit);
    return found == roots_.end() ? "" : found->second;
}

std::optional<TreeEntry> CommitTrees::find(const std::string& root, std::string_view path) const {
    auto hash = root;
    while (true) {
        const auto slash = path.find('/');
        const auto tree = trees_.find(hash);
        if (tree == trees_.end())
            return std::nullopt;
        const auto entry = tree->second.find(std::string(path.substr(0, slash)));
        if (entry == tree->second.end())
            return std::nullopt;
        if (slash == std::string_view::npos)
            return entry->second;
        hash = entry->second.hash;
        path.remove_prefix(slash + 1);
    }
}

TreePaths CommitTrees::select(const std::string& root,
                              const std::function<bool(std::string_view name)>& is_wanted) const {
    TreePaths found;
    select_below(trees_, root, "", is_wanted, found);
    return found;
}

std::map<std::string, std::string> read_contents(base::Runner& runner, const Repository& repository,
                                                 const std::set<std::string>& hashes) {
    const std::vector<std::string> names(hashes.begin(), hashes.end());
    auto blobs = read_blobs(runner, repository, names);
    std::map<std::string, std::string> contents;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (blobs[i])
            contents[names[i]] = std::move(*blobs[i]);
    return contents;
}

} // namespace rdvc::project
