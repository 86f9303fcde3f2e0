#include "project/snapshot.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "project/changes.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

// Changes inside another repository are in no commit of this one.
void refuse_other_repositories(const Repository& repository, const Head& head) {
    const bool has_submodules = fs::exists(repository.top / ".gitmodules");
    for (const auto& change : head.changes) {
        if (change.path.ends_with("/") || (change.submodule[0] == 'S' && !has_submodules))
            throw Error(Exit::not_ready,
                        fmt::format("`{}` is a Git repository of its own, but not a submodule",
                                    change.path))
                .hint("make it a submodule, ignore it, or move it out of the project");
        if (change.submodule[0] == 'S' && change.submodule.find_first_of("MU") != std::string::npos)
            throw Error(Exit::not_ready,
                        fmt::format("the submodule `{}` has uncommitted changes", change.path))
                .hint("commit them there, or send only what is committed: --only-committed");
    }
}

std::uintmax_t size_of(const fs::path& file) {
    std::error_code error;
    const auto size =
        fs::is_symlink(fs::symlink_status(file, error)) ? 0 : fs::file_size(file, error);
    return error ? 0 : size;
}

// Data does not belong in Git, and a forgotten checkpoint should not cross the network each time.
void refuse_large(const Repository& repository, const Head& head, std::uint64_t limit) {
    std::vector<std::pair<std::uintmax_t, std::string>> files;
    for (const auto& change : head.changes)
        if (change.is_untracked())
            files.emplace_back(size_of(repository.top / change.path), change.path);
    const auto total = std::accumulate(files.begin(), files.end(), std::uintmax_t{0},
                                       [](auto sum, const auto& file) { return sum + file.first; });
    if (total <= limit)
        return;
    std::sort(files.rbegin(), files.rend());
    std::vector<std::string> largest;
    for (const auto& [size, path] : files)
        largest.push_back(fmt::format("{}  {}", base::bytes(size), path));
    throw Error(Exit::not_ready, fmt::format("{} of untracked files would travel; the limit is {}",
                                             base::bytes(total), base::bytes(limit)))
        .context(base::first_lines(std::move(largest)))
        .hint("track data with `dvc add`, ignore what is not needed, or raise run.max_untracked");
}

// PEM (RFC 7468) and PuTTY private keys say so near their start.
bool holds_private_key(const fs::path& file) {
    std::array<char, 4096> start{};
    std::ifstream stream(file, std::ios::binary);
    stream.read(start.data(), start.size());
    const std::string_view text(start.data(), static_cast<std::size_t>(stream.gcount()));
    constexpr std::string_view begin = "-----BEGIN ";
    for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at + 1)) {
        const auto label = text.substr(at, 48);
        if (label.substr(0, label.find('\n')).find("PRIVATE KEY") != std::string_view::npos)
            return true;
    }
    return text.starts_with("PuTTY-User-Key-File-");
}

// A path as the user would type it.
std::string from_here(const Repository& repository, const std::string& path) {
    return repository.prefix.empty()
               ? path
               : fs::path(path).lexically_relative(repository.prefix).string();
}

// A file that left the index (`git rm --cached`) but still exists: git lists it twice, as deleted
// and as untracked.
std::set<std::string> told_twice(const Head& head) {
    std::set<std::string> left;
    std::set<std::string> twice;
    for (const auto& change : head.changes)
        if (change.xy == "D.")
            left.insert(change.path);
    for (const auto& change : head.changes)
        if (change.is_untracked() && !stays_untracked(change) && left.contains(change.path))
            twice.insert(change.path);
    return twice;
}

} // namespace

bool is_secret_name(const std::string& path) {
    static const std::array<std::string_view, 22> names = {".env",
                                                           ".envrc",
                                                           ".netrc",
                                                           "_netrc",
                                                           ".pgpass",
                                                           ".my.cnf",
                                                           ".pypirc",
                                                           ".npmrc",
                                                           ".htpasswd",
                                                           ".dockercfg",
                                                           ".boto",
                                                           ".vault-token",
                                                           ".s3cfg",
                                                           ".git-credentials",
                                                           "credentials",
                                                           "kaggle.json",
                                                           "secrets.toml",
                                                           "secrets.yaml",
                                                           "secrets.yml",
                                                           "secrets.json",
                                                           "credentials.json",
                                                           "rclone.conf"};
    static const std::array<std::string_view, 9> endings = {
        ".env", ".pem", ".key", ".p12", ".pfx", ".ppk", ".kdbx", ".jks", ".keystore"};
    static const std::array<std::string_view, 6> beginnings = {
        "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "service-account", "service_account"};
    static const std::array<std::string_view, 5> harmless = {".example", ".sample", ".template",
                                                             ".dist", ".pub"};
    std::string name = path.substr(path.rfind('/') + 1);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
    const auto begins = [&](std::string_view beginning) { return name.starts_with(beginning); };
    if (std::any_of(harmless.begin(), harmless.end(), ends))
        return false;
    return name.starts_with(".env.") ||
           std::find(names.begin(), names.end(), name) != names.end() ||
           std::any_of(endings.begin(), endings.end(), ends) ||
           std::any_of(beginnings.begin(), beginnings.end(), begins);
}

void refuse_secrets(const Repository& repository, const std::vector<std::string>& added,
                    const std::vector<std::string>& include) {
    std::vector<std::string> secrets;
    for (const auto& path : added) {
        const bool may_travel = std::find(include.begin(), include.end(), path) != include.end();
        const auto file = repository.top / path;
        // For a link only its target's name travels.
        if (!may_travel && !fs::is_symlink(file) &&
            (is_secret_name(path) || holds_private_key(file)))
            secrets.push_back(path);
    }
    if (!secrets.empty())
        throw Error(Exit::not_ready, secrets.size() == 1
                                         ? "a new file looks like a secret and would travel"
                                         : "new files look like secrets and would travel")
            .context(base::first_lines(secrets))
            .hint("ignore them with .gitignore, or allow one: --include=" +
                  base::quote(from_here(repository, secrets.front())));
}

void refuse_unfinished(base::Runner& runner, const Repository& repository, const Head& head) {
    struct Operation {
        std::string_view file;
        std::string_view name;
        std::string_view command;
    };
    constexpr auto operations = std::to_array<Operation>({
        {"MERGE_HEAD", "a merge", "merge"},
        {"rebase-merge", "a rebase", "rebase"},
        {"rebase-apply/applying", "`git am`", "am"},
        {"rebase-apply", "a rebase", "rebase"},
        {"CHERRY_PICK_HEAD", "a cherry-pick", "cherry-pick"},
        {"REVERT_HEAD", "a revert", "revert"},
    });
    std::vector<std::string> conflicts;
    for (const auto& change : head.changes)
        if (change.unmerged)
            conflicts.push_back(change.path);
    const auto folder = git_dir(runner, repository);
    for (const auto& [file, name, command] : operations)
        if (fs::exists(folder / file))
            throw Error(Exit::not_ready, fmt::format("{} is not finished", name))
                .context(conflicts.empty() ? "" : "in conflict:\n" + base::first_lines(conflicts))
                .hint(fmt::format("finish it, or `git {} --abort`", command));
    if (!conflicts.empty())
        throw Error(Exit::not_ready, fmt::format("{} in conflict",
                                                 conflicts.size() == 1 ? "a file is" : "files are"))
            .context(base::first_lines(conflicts))
            .hint("resolve the conflicts, then `git add` the files");
}

Snapshot take_snapshot(base::Runner& runner, const Repository& repository, const Head& head,
                       const SnapshotRules& rules) {
    refuse_unfinished(runner, repository, head);
    refuse_other_repositories(repository, head);
    refuse_large(repository, head, rules.max_untracked);
    Snapshot snapshot;
    const auto twice = told_twice(head);
    for (const auto& change : head.changes) {
        if (stays_untracked(change))
            snapshot.beside.push_back(change.path);
        const bool gone = change.xy[1] == 'D' || change.xy == "D.";
        // `DA`: removed from the index, then added with intent-to-add.
        const bool is_new = change.is_untracked() ||
                            (change.xy[0] != 'D' && change.xy.find('A') != std::string::npos);
        if (twice.contains(change.path))
            snapshot.changed += change.is_untracked() ? 1 : 0;
        else if (is_new && !gone)
            snapshot.added.push_back(change.path);
        else if (!is_new)
            ++(gone ? snapshot.deleted : snapshot.changed);
    }
    refuse_secrets(repository, snapshot.added, rules.include);
    if (const auto tree = tree_of_changes(runner, repository, head); !tree.empty())
        snapshot.commit = commit_tree(runner, repository, tree, head.commit, "Uncommitted changes");
    if (snapshot.commit.empty()) // the work tree reverts the index
        snapshot.changed = snapshot.deleted = 0;
    return snapshot;
}

} // namespace rdvc::project
