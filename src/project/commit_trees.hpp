// The folders of many commits at once: one git process for each level of folders, however many
// commits there are.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "project/git.hpp"
#include "project/trees.hpp"

namespace rdvc::project {

class CommitTrees {
  public:
    /// Reads the folders of these commits, as far as they are in the repository.
    CommitTrees(base::Runner& runner, const Repository& repository,
                const std::vector<std::string>& commits);

    /// The hash of the commit's tree; "" if the commit is not here.
    [[nodiscard]] std::string root(const std::string& commit) const;
    /// What the tree `root` has at the path; nothing if it has nothing there.
    [[nodiscard]] std::optional<TreeEntry> find(const std::string& root,
                                                std::string_view path) const;
    /// Everything in the tree `root` whose name (without folders) is wanted, by path.
    [[nodiscard]] TreePaths
    select(const std::string& root,
           const std::function<bool(std::string_view name)>& is_wanted) const;

  private:
    std::map<std::string, std::string> roots_; // by commit
    std::map<std::string, Tree> trees_;        // by hash
};

/// The contents of these blobs, by hash; those that are not here are left out.
std::map<std::string, std::string> read_contents(base::Runner& runner, const Repository& repository,
                                                 const std::set<std::string>& hashes);

} // namespace rdvc::project
