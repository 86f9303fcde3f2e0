// Trees that are changed one by one are those that Git writes from an index.

#include "project/trees.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/snapshot.hpp"

namespace rdvc::project {
namespace {

using tests::Folder;
using tests::GitRepository;

// Few names, so that files and folders meet, and some that sort before and after a slash.
rc::Gen<std::string> tree_path() {
    return rc::gen::map(
        rc::gen::resize(4, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
                               rc::gen::element<std::string>("a", "a.b", "a-b", "a0", "b", "\n",
                                                             "\xff", "a b", "B")))),
        [](const std::vector<std::string>& names) { return base::join(names, "/"); });
}

rc::Gen<TreeEntry> entry() {
    return rc::gen::construct<TreeEntry>(
        rc::gen::element<std::string>("100644", "100755", "120000", "160000"),
        rc::gen::map(rc::gen::element('1', '2', '3', 'f'),
                     [](char digit) { return std::string(40, digit); }));
}

rc::Gen<TreePaths> files() {
    return rc::gen::container<TreePaths>(rc::gen::pair(tree_path(), entry()));
}

class Index {
  public:
    explicit Index(const GitRepository& git) : git_(git) {}
    void remove(const std::vector<std::string>& paths) const {
        std::vector<std::string> words = {"update-index", "--force-remove", "--"};
        words.insert(words.end(), paths.begin(), paths.end());
        git_.git(words);
    }
    void add(const TreePaths& entries) const {
        std::vector<std::string> words = {"update-index", "--add", "--replace"};
        for (const auto& [path, entry] : entries)
            words.insert(words.end(), {"--cacheinfo", entry.mode + "," + entry.hash + "," + path});
        git_.git(words);
    }
    [[nodiscard]] std::string write() const { return git_.git({"write-tree", "--missing-ok"}); }

  private:
    const GitRepository& git_;
};

RC_GTEST_PROP(Trees, AreThoseThatGitWritesFromAnIndex, ()) {
    const auto before = *files();
    const auto gone = *rc::gen::container<std::vector<std::string>>(tree_path());
    const auto there = *files();
    const Folder folder;
    const GitRepository git(folder / "project");
    const Index index(git);
    index.add(before);
    const auto old = index.write();
    base::ProcessRunner runner;
    const auto repository = tests::open_repository(git.path());
    std::map<std::string, Tree> trees;
    auto paths = gone;
    for (const auto& [path, entry] : there)
        paths.push_back(path);
    for (const auto& path : folders_above(paths)) {
        // With a slash at its end it names nothing but a folder.
        const auto name =
            base::trim(runner
                           .run({.argv = {"git", "rev-parse", "--verify", "--quiet",
                                          path.empty() ? old : old + ":" + path + "/"},
                                 .folder = git.path()})
                           .out);
        if (!name.empty())
            trees[path] =
                parse_tree(read_objects(runner, repository, {name}, "tree").front().value())
                    .value();
    }
    const auto changed = change_trees(trees, gone, there);
    index.remove(gone);
    index.add(there);
    RC_ASSERT(changed.root == index.write());
    RC_CLASSIFY(changed.root != old, "changed");
}

} // namespace
} // namespace rdvc::project
