// Facts about the user's Git repository, asked of git itself. Nothing here changes the repository.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/process.hpp"

namespace rdvc::project {

struct Repository {
    std::filesystem::path top;    ///< the work tree's root
    std::filesystem::path prefix; ///< from there to the user's current folder; empty: the root
    bool shallow = false;
};

/// The repository that contains `folder`, or nothing.
std::optional<Repository> find_repository(base::Runner& runner,
                                          const std::filesystem::path& folder);

/// A path that differs from HEAD, as reported by git-status(1), porcelain version 2.
struct Change {
    std::string xy;   ///< letters of index and work tree, `.` for unchanged; `??`: untracked
    std::string path; ///< from the work tree's root; with a slash at its end: another repository
    std::string submodule = "N..."; ///< `S` and what changed there: commit, content, untracked
    bool unmerged = false;          ///< in conflict, which the letters alone do not show (`DD`)

    // Empty if it is untracked or unmerged.
    std::string index_mode = {}; ///< octal; `000000` if the index does not have its content
    std::string file_mode = {};  ///< in the work tree, with core.fileMode and core.symlinks
    std::string index_hash = {}; ///< the blob, or the submodule's commit

    [[nodiscard]] bool is_untracked() const { return xy == "??"; }
};

struct Head {
    std::string commit; ///< 40 or 64 hex digits; empty: no commit yet
    std::string branch; ///< empty: detached
    std::vector<Change> changes;
};

/// HEAD and the state of the work tree. Throws Error if git fails.
Head read_head(base::Runner& runner, const Repository& repository);

/// Starts at once, beside each other, what read_head, read_index, identity and reachable_tags ask.
void start_questions(base::Runner& runner, const Repository& repository);

/// Runs git in the repository. Throws Error with git's own words if it fails.
std::string ask_git(base::Runner& runner, const Repository& repository,
                    const std::vector<std::string>& arguments, const std::string& input = "",
                    const std::vector<std::pair<std::string, std::string>>& environment = {});

/// The same on an index of our own. It leaves only objects in the repository: no hook runs, and no
/// part of a split index is written there.
std::string ask_git_apart(base::Runner& runner, const Repository& repository,
                          const std::filesystem::path& index,
                          const std::vector<std::string>& arguments, const std::string& input = "");

/// A commit of `tree` on `parent`, the same one each time: author and date are rdvc's own.
std::string commit_tree(base::Runner& runner, const Repository& repository, const std::string& tree,
                        const std::string& parent, const std::string& message);

/// The repository's own folder (`.git`), of this work tree.
std::filesystem::path git_dir(base::Runner& runner, const Repository& repository);

/// Who commits here, as Git knows (settings, GIT_COMMITTER_*); both empty if it does not.
struct Identity {
    std::string name;
    std::string email;
};
Identity identity(base::Runner& runner, const Repository& repository);

/// What one look at the index says about the work tree.
struct IndexFacts {
    /// Existing files that are marked as skip-worktree or assume-unchanged: git status reports no
    /// changes in them (git-update-index(1)).
    std::vector<std::string> hidden;
    std::vector<std::string> not_here;   ///< marked files that do not exist (a sparse checkout)
    bool has_attributes = false;         ///< some folder has a tracked .gitattributes
    std::vector<std::string> dvc_files;  ///< DVC's own: `*.dvc`, dvc.yaml, dvc.lock
    std::vector<std::string> rdvc_files; ///< in a folder `.rdvc`
};
IndexFacts read_index(base::Runner& runner, const Repository& repository);

/// Those of `paths`, each followed by a NUL, that Git ignores and does not track.
std::vector<std::string> ignored_by_git(base::Runner& runner, const Repository& repository,
                                        const std::string& paths);

/// The number in `text`, the size of one of git's answers; nothing if it is not a number or above
/// `most`.
std::optional<std::size_t> parse_size(const std::string& text, std::size_t most);

/// A path as git reads it from a line: quoted as in C if it contains a line end, or ends in a
/// carriage return.
std::string on_one_line(const std::string& path);

/// The content of the objects of this type (`blob`, `tree`) that `names` name (without line feeds),
/// in their order; nothing for what is not there, or is something else.
std::vector<std::optional<std::string>> read_objects(base::Runner& runner,
                                                     const Repository& repository,
                                                     const std::vector<std::string>& names,
                                                     std::string_view type);

/// The same for blobs.
std::vector<std::optional<std::string>> read_blobs(base::Runner& runner,
                                                   const Repository& repository,
                                                   const std::vector<std::string>& names);

/// The content of `paths`, from the root, in a commit; missing ones and names with a line feed are
/// left out.
std::map<std::string, std::string> read_files(base::Runner& runner, const Repository& repository,
                                              const std::string& commit,
                                              const std::vector<std::string>& paths);

/// Whether a commit has a file or folder at each of these paths, from the repository's root.
bool has_paths(base::Runner& runner, const Repository& repository, const std::string& commit,
               const std::vector<std::string>& paths);

/// The value of a Git setting, or "".
std::string read_setting(base::Runner& runner, const Repository& repository,
                         const std::string& key);

/// Which of the commits and tags in `objects` this repository has.
std::vector<std::string> existing_objects(base::Runner& runner, const Repository& repository,
                                          const std::vector<std::string>& objects);

/// A tag on HEAD's history: `object` is the tag object, or the commit of a lightweight tag.
struct Tag {
    std::string name;
    std::string object;
    bool annotated = false;
};
std::vector<Tag> reachable_tags(base::Runner& runner, const Repository& repository);

/// The root commit that git lists last on HEAD's history.
std::string root_commit(base::Runner& runner, const Repository& repository);

/// Commits of HEAD that no branch of `origin` has, as lines "hash subject", newest first, at most
/// 20.
std::vector<std::string> unpushed_commits(base::Runner& runner, const Repository& repository);

/// The commit of `ref` here, or "".
std::string commit_of(base::Runner& runner, const Repository& repository, const std::string& ref);

/// True if the repository has `ref`.
bool has_ref(base::Runner& runner, const Repository& repository, const std::string& ref);

/// All refs below `folder`, e.g. `refs/exps`, and their objects.
std::map<std::string, std::string> objects_below(base::Runner& runner, const Repository& repository,
                                                 const std::string& folder);

/// The names of all refs below `folder`, e.g. `refs/heads`.
std::set<std::string> refs_below(base::Runner& runner, const Repository& repository,
                                 const std::string& folder);

/// A repository's name in a URL: the last part without `.git`; "" if there is none.
std::string name_in_url(const std::string& url);

/// `url` in a form that is the same for everybody: `host/path`, without scheme, user, password,
/// port, `.git` and a slash at the end; the host in lower case.
std::string normalised_url(const std::string& url);

/// `url` without a password in it.
std::string without_password(const std::string& url);

} // namespace rdvc::project
