// Git's tree objects: what they hold, and which new ones a commit needs in which a few paths
// differ. Names are SHA-1.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdvc::project {

/// The mode of a folder in a tree.
inline constexpr std::string_view folder_mode = "40000";

struct TreeEntry {
    std::string mode; ///< octal, as in the object: `100644`; a folder: `40000`
    std::string hash; ///< 40 hex digits
    bool operator==(const TreeEntry&) const = default;
};

/// The entries of one folder by name.
using Tree = std::map<std::string, TreeEntry>;

/// Files, links and submodules with their paths from the root.
using TreePaths = std::vector<std::pair<std::string, TreeEntry>>;

/// The entries of a tree object, or nothing if it is malformed. Modes become the ones that Git
/// writes today: very old repositories have others.
std::optional<Tree> parse_tree(std::string_view content);

/// The content of the tree object, entries in Git's order.
std::string tree_content(const Tree& tree);

/// The name that Git gives to an object of this type (`blob`, `tree`).
std::string object_hash(std::string_view type, std::string_view content);

/// The folders that lead to `paths`, with the root (`""`).
std::set<std::string> folders_above(const std::vector<std::string>& paths);

struct NewTrees {
    std::string root;                                          ///< name of the root's tree
    std::vector<std::pair<std::string, std::string>> contents; ///< new objects: name and content
};

/// The trees after the files `gone` have been removed and those in `there` have been added or
/// replaced. A folder without files goes; a file replaces a folder of its name and the other way
/// round. `folders` has, by path, the present trees of all folders above these paths that exist;
/// throws Error if one is missing.
NewTrees change_trees(std::map<std::string, Tree> folders, const std::vector<std::string>& gone,
                      const TreePaths& there);

} // namespace rdvc::project
