#include "project/extras.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

fs::path lfs_file(const fs::path& store, const std::string& oid) {
    return store / oid.substr(0, 2) / oid.substr(2, 2) / oid;
}

// Where git lfs stores its objects: one place for all work trees.
fs::path lfs_store(base::Runner& runner, const Repository& repository) {
    const auto storage = read_setting(runner, repository, "lfs.storage");
    if (fs::path(storage).is_absolute())
        return fs::path(storage) / "objects";
    const auto common =
        fs::path(base::trim(ask_git(runner, repository, {"rev-parse", "--git-common-dir"})));
    return repository.top / common / (storage.empty() ? "lfs" : storage) / "objects";
}

// "path: oid" of a tree's files with the attribute filter=lfs.
struct Pointer {
    std::string path;
    std::string blob;
};

// git grep exits with 1 if nothing matches.
bool mentions_lfs(base::Runner& runner, const Repository& repository, const std::string& commit) {
    return runner
               .run({.argv = {"git", "-C", repository.top.string(), "grep", "--quiet", "-F",
                              "filter=lfs", commit, "--", ":(top,glob)**/.gitattributes"}})
               .status == 0;
}

// The files of `commit` with `filter=lfs`, through an index of its own, so that a file's attributes
// are those of the commit.
std::vector<Pointer> lfs_pointers(base::Runner& runner, const Repository& repository,
                                  const std::string& commit) {
    const base::TemporaryFolder folder;
    const auto index = folder.path() / "index";
    ask_git_apart(runner, repository, index, {"read-tree", commit});
    const auto staged = ask_git_apart(runner, repository, index, {"ls-files", "--stage", "-z"});
    std::vector<Pointer> files;
    std::string paths;
    for (const auto& line : base::split(staged, '\0')) {
        const auto tab = line.find('\t'); // "mode blob stage TAB path"
        const auto words = base::words(line.substr(0, tab));
        if (tab == std::string::npos || words.size() != 3 || !words[0].starts_with("100"))
            continue;
        files.push_back({line.substr(tab + 1), words[1]});
        paths += files.back().path + '\0';
    }
    const auto attributes =
        base::split(ask_git_apart(runner, repository, index,
                                  {"check-attr", "--cached", "--stdin", "-z", "filter"}, paths),
                    '\0'); // path, "filter", value
    std::vector<Pointer> pointers;
    for (std::size_t i = 0; i < files.size() && 3 * i + 2 < attributes.size(); ++i)
        if (attributes[3 * i + 2] == "lfs")
            pointers.push_back(files[i]);
    return pointers;
}

// The SHA-256 that a pointer names, or "" if the blob is not a pointer.
std::string oid_of(const std::string& blob) {
    constexpr std::string_view mark = "\noid sha256:";
    constexpr std::size_t digits = 64;
    if (!blob.starts_with("version https://git-lfs.github.com/spec/"))
        return "";
    const auto at = blob.find(mark);
    if (at == std::string::npos)
        return "";
    const auto oid = blob.substr(at + mark.size(), digits);
    return oid.size() == digits && base::is_hex(oid) ? oid : "";
}

// What each of them names, or "".
std::vector<std::string> oids_of(base::Runner& runner, const Repository& repository,
                                 const std::vector<Pointer>& pointers) {
    std::string blobs;
    for (const auto& pointer : pointers)
        blobs += pointer.blob + "\n";
    const auto text = ask_git(runner, repository, {"cat-file", "--batch"}, blobs);
    std::vector<std::string> oids;
    std::size_t at = 0; // "HASH blob SIZE", the content, a line end
    while (at < text.size() && oids.size() < pointers.size()) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto words = base::words(text.substr(at, end - at));
        const auto size =
            words.size() == 3 ? parse_size(words[2], text.size() - end) : std::nullopt;
        oids.push_back(size ? oid_of(text.substr(std::min(end + 1, text.size()), *size)) : "");
        at = end + 1 + (size ? *size + 1 : 0);
    }
    return oids;
}

// Blobs of unconverted files, without the filters of .gitattributes: "mode blob" each.
std::vector<std::string> store_files(base::Runner& runner, const Repository& repository,
                                     const std::vector<fs::path>& files) {
    std::string regular;
    for (const auto& file : files)
        if (!fs::is_symlink(file))
            regular += on_one_line(file.string()) + "\n";
    auto blobs =
        regular.empty()
            ? std::vector<std::string>()
            : base::lines(ask_git(runner, repository,
                                  {"hash-object", "-w", "--no-filters", "--stdin-paths"}, regular));
    std::vector<std::string> stored;
    auto blob = blobs.begin();
    for (const auto& file : files) {
        if (fs::is_symlink(file)) {
            stored.push_back(
                "120000 " + base::trim(ask_git(runner, repository, {"hash-object", "-w", "--stdin"},
                                               fs::read_symlink(file).string())));
            continue;
        }
        const bool executable =
            (fs::status(file).permissions() & fs::perms::owner_exec) != fs::perms::none;
        if (blob == blobs.end())
            throw Error(Exit::failed, "git hash-object did not print all hashes");
        stored.push_back((executable ? "100755 " : "100644 ") + *blob++);
    }
    return stored;
}

// The settings and attributes that decide the job's conversions, as entries of an index.
std::string store_texts(base::Runner& runner, const Repository& repository,
                        const Conversions& conversions) {
    const std::vector<std::pair<std::string, std::string>> texts = {
        {"settings", conversions.settings},
        {"attributes", attributes_of(conversions)},
        {"user", conversions.user_attributes},
        {"sealing", base::join(conversions.sealing, "\n")}};
    std::string entries;
    for (const auto& [name, text] : texts)
        if (!text.empty())
            entries += fmt::format("100644 {}\tconversions/{}",
                                   base::trim(ask_git(runner, repository,
                                                      {"hash-object", "-w", "--stdin"}, text)),
                                   name) +
                       '\0';
    return entries;
}

} // namespace

std::vector<std::string> files_below(const Repository& repository,
                                     const std::vector<std::string>& paths) {
    std::set<std::string> files;
    const auto add = [&](const fs::path& file) {
        files.insert(file.lexically_relative(repository.top).string());
    };
    for (const auto& path : paths) {
        const auto full = (repository.top / path).lexically_normal();
        const auto relative = full.lexically_relative(repository.top).string();
        if ((relative + "/").starts_with("../") || (relative + "/").starts_with(".git/"))
            throw Error(Exit::usage, fmt::format("`{}` is not in the work tree", path));
        if (!fs::exists(fs::symlink_status(full)))
            throw Error(Exit::usage, fmt::format("`{}` does not exist", path))
                .context("it was given with --copy-paths");
        if (fs::is_symlink(full) || !fs::is_directory(full)) {
            add(full);
            continue;
        }
        for (auto entry = fs::recursive_directory_iterator(full); entry != fs::end(entry);
             ++entry) {
            if (entry->path().filename() == ".git")
                entry.disable_recursion_pending();
            else if (entry->is_symlink() || entry->is_regular_file())
                add(entry->path());
        }
    }
    return {files.begin(), files.end()};
}

std::vector<std::string> lfs_objects(base::Runner& runner, const Repository& repository,
                                     const std::string& commit) {
    if (!mentions_lfs(runner, repository, commit))
        return {};
    const auto store = lfs_store(runner, repository);
    std::set<std::string> objects;
    std::vector<std::string> missing;
    const auto pointers = lfs_pointers(runner, repository, commit);
    const auto oids = oids_of(runner, repository, pointers);
    for (std::size_t i = 0; i < oids.size(); ++i) {
        if (oids[i].empty())
            continue;
        if (fs::exists(lfs_file(store, oids[i])))
            objects.insert(oids[i]);
        else
            missing.push_back(pointers[i].path);
    }
    if (!missing.empty())
        throw Error(Exit::not_ready, "the content of files in Git LFS is not here")
            .context(base::first_lines(missing))
            .hint("git lfs pull");
    return {objects.begin(), objects.end()};
}

std::string make_extras(base::Runner& runner, const Repository& repository,
                        const std::string& parent, const Extras& extras) {
    const auto& conversions = extras.conversions;
    if (extras.copies.empty() && extras.lfs.empty() && conversions.empty())
        return "";
    std::vector<fs::path> files;
    std::vector<std::string> names;
    for (const auto& path : extras.copies) {
        files.push_back(repository.top / path);
        names.push_back("copies/" + path);
    }
    const auto store = extras.lfs.empty() ? fs::path() : lfs_store(runner, repository);
    for (const auto& oid : extras.lfs) {
        files.push_back(lfs_file(store, oid));
        names.push_back("lfs/" + oid);
    }
    const auto smudged = files.size();
    for (const auto& file : conversions.files) {
        files.push_back(file.content);
        names.push_back("smudged/" + file.path);
    }
    const auto stored = store_files(runner, repository, files);
    std::string entries = store_texts(runner, repository, conversions);
    for (std::size_t i = 0; i < names.size(); ++i) {
        entries += stored[i] + "\t" + names[i] + '\0';
        if (i >= smudged)
            entries += fmt::format("100644 {}\tcleaned/{}", conversions.files[i - smudged].blob,
                                   base::words(stored[i]).back()) +
                       '\0';
    }
    const base::TemporaryFolder folder;
    const auto index = folder.path() / "index";
    ask_git_apart(runner, repository, index, {"update-index", "-z", "--add", "--index-info"},
                  entries);
    const auto tree = base::trim(ask_git_apart(runner, repository, index, {"write-tree"}));
    return commit_tree(runner, repository, tree, parent, "Files beside the code");
}

} // namespace rdvc::project
