// Facts about the user's Git repository, asked of git itself. Nothing here changes the repository.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/process.hpp"

namespace rdvc::project {

struct Repository {
    std::filesystem::path top;    ///< the work tree's root
    std::filesystem::path prefix; ///< from there to where the user stands; empty: the root
    bool shallow = false;
};

/// The repository that `folder` is in, or nothing.
std::optional<Repository> find_repository(base::Runner& runner,
                                          const std::filesystem::path& folder);

struct Head {
    std::string commit; ///< 40 or 64 hex digits; empty: no commit yet
    std::string branch; ///< empty: detached
    std::vector<std::string>
        dirty; ///< changed and untracked files, "XY path", as git status has them
};

/// HEAD and the state of the work tree. Throws Error if git fails.
Head read_head(base::Runner& runner, const Repository& repository);

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

/// Commits of HEAD that no branch of `origin` has, as lines "hash subject", newest first, 20 at
/// most.
std::vector<std::string> unpushed_commits(base::Runner& runner, const Repository& repository);

/// True if the repository has `ref`.
bool has_ref(base::Runner& runner, const Repository& repository, const std::string& ref);

/// A repository's name in a URL: the last part without `.git`; "" if there is none.
std::string name_in_url(const std::string& url);

/// `url` reduced to what makes it the same place for everybody: `host/path`, without scheme, user,
/// password, port, `.git` and a slash at the end; the host in lower case.
std::string normalised_url(const std::string& url);

/// `url` without a password in it.
std::string without_password(const std::string& url);

} // namespace rdvc::project
