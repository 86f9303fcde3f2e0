#include "project/trees.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/sha1.hpp"
#include "base/text.hpp"

namespace rdvc::project {

namespace {

constexpr std::size_t hash_bytes = 20;

// As Git's canon_mode().
std::string canonical_mode(unsigned mode) {
    constexpr unsigned type = 0170000;
    if ((mode & type) == 0100000)
        return (mode & 0100U) != 0 ? "100755" : "100644";
    if ((mode & type) == 0120000)
        return "120000";
    return (mode & type) == 0040000 ? std::string(folder_mode) : "160000";
}

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        unsigned byte = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

using Folders = std::map<std::string, Tree>;

void remove_file(Folders& folders, const std::string& path) {
    const auto folder = folders.find(folder_of(path));
    if (folder == folders.end())
        return;
    const auto entry = folder->second.find(name_of(path));
    if (entry != folder->second.end() && entry->second.mode != folder_mode)
        folder->second.erase(entry);
}

// A folder that exists but was not given would lose its files.
void require_folders(const Folders& folders, const std::vector<std::string>& paths) {
    for (const auto& path : folders_above(paths)) {
        const auto parent = path.empty() ? folders.end() : folders.find(folder_of(path));
        const bool exists =
            path.empty() || (parent != folders.end() && parent->second.contains(name_of(path)) &&
                             parent->second.at(name_of(path)).mode == folder_mode);
        if (exists && !folders.contains(path))
            throw base::Error(base::Exit::failed,
                              fmt::format("git has not told what is in the folder `{}`", path));
    }
}

// Makes the folder at `path` if there is none; its parent is there.
void make_folder(Folders& folders, const std::string& path) {
    auto& entry = folders.at(folder_of(path))[name_of(path)];
    if (entry.mode == folder_mode)
        return;
    entry = {std::string(folder_mode), ""};
    folders[path] = {};
}

void put_file(Folders& folders, const std::string& path, const TreeEntry& entry) {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        make_folder(folders, path.substr(0, slash));
    folders.at(folder_of(path))[name_of(path)] = entry;
    // If it replaces a folder, all below is gone: '0' is the character after '/'.
    folders.erase(folders.lower_bound(path + '/'), folders.lower_bound(path + '0'));
    folders.erase(path);
}

} // namespace

std::optional<Tree> parse_tree(std::string_view content) {
    Tree tree;
    for (std::size_t at = 0; at < content.size();) { // "MODE NAME", NUL, the hash's bytes
        unsigned mode = 0;
        const auto* start = content.data() + at;
        const auto [stop, error] = std::from_chars(start, content.data() + content.size(), mode, 8);
        const auto space = at + static_cast<std::size_t>(stop - start);
        const auto end = content.find('\0', space);
        if (error != std::errc() || content.substr(space, 1) != " " ||
            end == std::string_view::npos || content.size() - end <= hash_bytes)
            return std::nullopt;
        tree[std::string(content.substr(space + 1, end - space - 1))] = {
            canonical_mode(mode), base::to_hex(content.substr(end + 1, hash_bytes))};
        at = end + 1 + hash_bytes;
    }
    return tree;
}

std::string tree_content(const Tree& tree) {
    // Git sorts a folder as if its name ended in a slash.
    std::vector<std::pair<std::string, const Tree::value_type*>> sorted;
    for (const auto& item : tree)
        sorted.emplace_back(item.second.mode == folder_mode ? item.first + '/' : item.first, &item);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& one, const auto& other) { return one.first < other.first; });
    std::string content;
    for (const auto& [key, item] : sorted)
        content += item->second.mode + ' ' + item->first + '\0' + from_hex(item->second.hash);
    return content;
}

std::string object_hash(std::string_view type, std::string_view content) {
    return base::sha1(fmt::format("{} {}", type, content.size()) + '\0' + std::string(content));
}

std::set<std::string> folders_above(const std::vector<std::string>& paths) {
    std::set<std::string> folders = {""};
    for (const auto& path : paths)
        for (auto slash = path.find('/'); slash != std::string::npos;
             slash = path.find('/', slash + 1))
            folders.insert(path.substr(0, slash));
    return folders;
}

NewTrees change_trees(Folders folders, const std::vector<std::string>& gone,
                      const TreePaths& there) {
    auto paths = gone;
    for (const auto& [path, entry] : there)
        paths.push_back(path);
    require_folders(folders, paths);
    for (const auto& path : gone)
        remove_file(folders, path);
    for (const auto& [path, entry] : there)
        put_file(folders, path, entry);
    NewTrees trees;
    // A folder comes after its parent, so backwards each child is complete before its parent.
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
        const auto& [path, tree] = *folder;
        auto content = tree_content(tree);
        const auto hash = object_hash("tree", content);
        if (path.empty()) {
            trees.root = hash;
        } else if (tree.empty()) {
            folders.at(folder_of(path)).erase(name_of(path));
            continue;
        } else {
            auto& known = folders.at(folder_of(path)).at(name_of(path)).hash;
            if (known == hash)
                continue;
            known = hash;
        }
        trees.contents.emplace_back(hash, std::move(content));
    }
    return trees;
}

} // namespace rdvc::project
