#include "project/changes.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "project/trees.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;

namespace {

// The changes as `git update-index` needs them.
struct Edits {
    std::vector<std::string> paths; // of all changes
    TreePaths staged;  // of these, what the index has and the work tree has not deleted
    std::string gone;  // from the work tree, each followed by NUL
    std::string there; // in the work tree and not as in the index, likewise
};

Edits edits_of(const Head& head) {
    Edits edits;
    for (const auto& change : head.changes) {
        if (stays_untracked(change))
            continue;
        edits.paths.push_back(change.path);
        if (change.xy[1] == 'D')
            edits.gone += change.path + '\0';
        else if (change.xy[1] != '.')
            edits.there += change.path + '\0';
        if (change.is_untracked() || change.xy[1] == 'D' || change.xy == "D.")
            continue;
        // To be added later (`git add --intent-to-add`): the index has the empty blob.
        if (change.xy[1] == 'A')
            edits.staged.emplace_back(
                change.path,
                TreeEntry{change.file_mode, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"});
        else
            edits.staged.emplace_back(change.path, TreeEntry{change.index_mode, change.index_hash});
    }
    return edits;
}

const std::vector<std::string> update_words = {"update-index", "-z", "--add", "--remove",
                                               "--replace"};

// HEAD's trees of the folders above `paths`, or nothing if git cannot be asked for one.
std::optional<std::map<std::string, Tree>> old_trees(base::Runner& runner,
                                                     const Repository& repository,
                                                     const std::string& commit,
                                                     const std::vector<std::string>& paths) {
    const auto folders = folders_above(paths);
    std::vector<std::string> names;
    for (const auto& folder : folders) {
        if (folder.find('\n') != std::string::npos)
            return std::nullopt;
        // With a slash at its end a path names nothing but a folder.
        names.push_back(folder.empty() ? commit + "^{tree}"
                                       : fmt::format("{}:{}/", commit, folder));
    }
    const auto contents = read_objects(runner, repository, names, "tree");
    std::map<std::string, Tree> trees;
    auto content = contents.begin();
    for (const auto& folder : folders) {
        if (const auto& text = *content++) {
            auto tree = parse_tree(*text);
            if (!tree)
                return std::nullopt;
            trees[folder] = std::move(*tree);
        }
    }
    return trees;
}

// Git reads attributes that the work tree lacks (a sparse checkout) from the index.
void add_attributes(TreePaths& staged, const std::map<std::string, Tree>& trees,
                    const std::vector<std::string>& changed) {
    for (const auto& [folder, tree] : trees) {
        const auto path = (folder.empty() ? "" : folder + "/") + ".gitattributes";
        const auto entry = tree.find(".gitattributes");
        if (entry != tree.end() && entry->second.mode.starts_with("100") &&
            std::find(changed.begin(), changed.end(), path) == changed.end())
            staged.emplace_back(path, entry->second);
    }
}

// What `staged` becomes when git adds the files `there` to an index that has nothing else.
TreePaths add_files(base::Runner& runner, const Repository& repository, const TreePaths& staged,
                    const std::string& there) {
    const base::TemporaryFolder folder;
    const auto index = folder.path() / "index";
    auto words = update_words;
    for (const auto& [path, entry] : staged)
        words.insert(words.end(),
                     {"--cacheinfo", fmt::format("{},{},{}", entry.mode, entry.hash, path)});
    words.emplace_back("--stdin");
    ask_git_apart(runner, repository, index, words, there);
    TreePaths files; // "MODE HASH STAGE", tab, path
    for (const auto& record :
         base::split(ask_git_apart(runner, repository, index, {"ls-files", "--stage", "-z"}), '\0'))
        if (const auto tab = record.find('\t'); tab != std::string::npos) {
            const auto fields = base::words(record.substr(0, tab));
            files.emplace_back(record.substr(tab + 1), TreeEntry{fields.at(0), fields.at(1)});
        }
    return files;
}

// Git may refuse to write what an old commit has, e.g. names that are forbidden today.
bool store_trees(base::Runner& runner, const Repository& repository, const NewTrees& trees) {
    const base::TemporaryFolder folder;
    std::string files;
    std::string expected;
    for (const auto& [name, content] : trees.contents) {
        const auto file = folder.path() / name;
        base::write_file(file, content, base::Synced::no);
        files += file.string() + '\n';
        expected += name + '\n';
    }
    const auto result = runner.run({.argv = {"git", "-C", repository.top.string(), "hash-object",
                                             "-t", "tree", "-w", "--no-filters", "--stdin-paths"},
                                    .input = {files}});
    return result.status == 0 && result.out == expected;
}

// Without the index, which git would read and write as a whole: only trees that change are read and
// written. Nothing if this cannot be done.
std::optional<std::string> tree_from_trees(base::Runner& runner, const Repository& repository,
                                           const Head& head, Edits edits) {
    constexpr std::size_t longest_words = 100'000; // of a command, with room to spare
    if (head.commit.size() != 40)
        return std::nullopt;
    const auto trees = old_trees(runner, repository, head.commit, edits.paths);
    if (!trees)
        return std::nullopt;
    if (!edits.there.empty()) {
        add_attributes(edits.staged, *trees, edits.paths);
        std::size_t size = 0;
        for (const auto& [path, entry] : edits.staged)
            size += path.size() + 64;
        if (size > longest_words)
            return std::nullopt;
        edits.staged = add_files(runner, repository, edits.staged, edits.there);
    }
    const auto changed = change_trees(*trees, edits.paths, edits.staged);
    if (changed.root == object_hash("tree", tree_content(trees->at(""))))
        return "";
    if (!store_trees(runner, repository, changed))
        return std::nullopt;
    return changed.root;
}

// A copy of the index that git may write to. It must keep the original's time: git compares entries
// that are as new as the index by content, not by time (git's documentation, racy-git).
fs::path copy_index(base::Runner& runner, const Repository& repository, const fs::path& folder) {
    const fs::path original = git_dir(runner, repository) / "index";
    fs::path copy = folder / "index";
    if (fs::exists(original)) {
        fs::copy_file(original, copy);
        fs::last_write_time(copy, fs::last_write_time(original));
    }
    return copy;
}

std::string tree_from_index(base::Runner& runner, const Repository& repository, const Head& head,
                            const Edits& edits) {
    const base::TemporaryFolder folder;
    const auto index = copy_index(runner, repository, folder.path());
    // With force: git does not look for a file whose folder is now a link.
    if (!edits.gone.empty())
        ask_git_apart(runner, repository, index,
                      {"update-index", "-z", "--force-remove", "--stdin"}, edits.gone);
    auto words = update_words;
    words.emplace_back("--stdin");
    if (!edits.there.empty())
        ask_git_apart(runner, repository, index, words, edits.there);
    auto tree = base::trim(ask_git_apart(runner, repository, index, {"write-tree"}));
    if (tree == base::trim(ask_git(runner, repository, {"rev-parse", head.commit + "^{tree}"})))
        return "";
    return tree;
}

} // namespace

bool stays_untracked(const Change& change) {
    return change.is_untracked() && !base::is_utf8(change.path);
}

std::string tree_of_changes(base::Runner& runner, const Repository& repository, const Head& head) {
    const auto edits = edits_of(head);
    if (edits.paths.empty())
        return "";
    auto tree = tree_from_trees(runner, repository, head, edits);
    return tree ? *tree : tree_from_index(runner, repository, head, edits);
}

} // namespace rdvc::project
