// Whatever happens to a work tree, its snapshot is what `git add -A` would commit.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "support/snapshot.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using tests::Folder;
using tests::GitRepository;

enum class Act { write, remove, rename, chmod, link, folder, stage, unstage, intend, stage_all };

struct Edit {
    Act act;
    std::string path;
    std::string other;
    int content;
};

// Few names, so that edits meet: files in place of folders, folders in place of files.
rc::Gen<std::string> path() {
    return rc::gen::element<std::string>("a", "b", "a/x", "a/y", "d/x", "d/deep/z", "d", "ignored",
                                         "d/ignored", "\xc3\xbc '", "-n\n");
}

rc::Gen<Edit> edit() {
    return rc::gen::construct<Edit>(rc::gen::weightedElement<Act>({{6, Act::write},
                                                                   {3, Act::remove},
                                                                   {2, Act::rename},
                                                                   {1, Act::chmod},
                                                                   {2, Act::link},
                                                                   {1, Act::folder},
                                                                   {3, Act::stage},
                                                                   {1, Act::unstage},
                                                                   {1, Act::intend},
                                                                   {1, Act::stage_all}}),
                                    path(), path(), rc::gen::inRange(0, 4));
}

// How rapidcheck shows one.
void showValue(const Edit& edit, std::ostream& out) {
    static const std::vector<std::string> names = {"write",  "remove",   "rename", "chmod",
                                                   "link",   "folder",   "stage",  "unstage",
                                                   "intend", "stage_all"};
    out << names.at(static_cast<std::size_t>(edit.act)) << " "
        << base::quote_all({edit.path, edit.other, std::to_string(edit.content)});
}

// True if all parents of the path are folders: files behind a link are not part of the work tree.
bool is_own(const fs::path& top, const std::string& path) {
    auto at = top;
    for (const auto& part : fs::path(path).parent_path()) {
        at /= part;
        const auto status = fs::symlink_status(at);
        if (fs::exists(status) && !fs::is_directory(status))
            return false;
    }
    return true;
}

// Edits that cannot be done are left out.
void apply(const GitRepository& git, const Edit& edit) {
    const auto path = git.path() / edit.path;
    const auto other = git.path() / edit.other;
    base::ProcessRunner runner;
    const auto run = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "git");
        runner.run({.argv = words, .folder = git.path()});
    };
    if (!is_own(git.path(), edit.path) || !is_own(git.path(), edit.other))
        return;
    const auto clear = [](const fs::path& place) {
        if (fs::exists(fs::symlink_status(place)))
            fs::remove_all(place);
        fs::create_directories(place.parent_path());
    };
    static const std::vector<std::string> targets = {"/nowhere", "..", ".", "b c"};
    std::error_code ignored;
    switch (edit.act) {
    case Act::write:
        clear(path);
        git.write(edit.path, "content " + std::to_string(edit.content) + "\n");
        break;
    case Act::remove: fs::remove_all(path); break;
    case Act::rename:
        if (fs::exists(fs::symlink_status(path)) && edit.path != edit.other &&
            !(edit.other + "/").starts_with(edit.path + "/") &&
            !(edit.path + "/").starts_with(edit.other + "/")) {
            clear(other);
            fs::rename(path, other, ignored);
        }
        break;
    case Act::chmod:
        if (fs::is_regular_file(fs::symlink_status(path)))
            fs::permissions(path, fs::perms::owner_exec,
                            edit.content % 2 == 0 ? fs::perm_options::add
                                                  : fs::perm_options::remove);
        break;
    case Act::link:
        clear(path);
        // No cycles: Git itself does not see what a cycle has replaced.
        fs::create_symlink(targets.at(static_cast<std::size_t>(edit.content)), path);
        break;
    case Act::folder:
        clear(path);
        fs::create_directory(path);
        break;
    case Act::stage: run({"add", "--force", "--", edit.path}); break;
    case Act::unstage: run({"rm", "-r", "--quiet", "--cached", "--force", "--", edit.path}); break;
    case Act::intend: run({"add", "--intent-to-add", "--", edit.path}); break;
    case Act::stage_all: run({"add", "--all"}); break;
    }
}

RC_GTEST_PROP(Snapshot, IsWhatGitAddAllWouldCommit, ()) {
    const auto edits = *rc::gen::container<std::vector<Edit>>(edit());
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write(".gitignore", "ignored\n");
    for (const auto* name : {"a", "b", "d/x", "d/deep/z", "-n\n"})
        git.write(name, "content 0\n");
    const auto head = git.commit();
    for (const auto& one : edits)
        apply(git, one);
    const auto before = tests::everything_in(git.path());
    Snapshot snapshot;
    try {
        snapshot = tests::snapshot_of(git.path());
    } catch (const base::Error& error) {
        RC_FAIL(error.message());
    }
    RC_ASSERT(tests::everything_in(git.path()) == before);
    const auto expected = tests::tree_of_add_all(git.path());
    const auto is_head = expected == tests::tree_of(git.path(), head);
    if (is_head != snapshot.commit.empty() ||
        (!is_head && tests::tree_of(git.path(), snapshot.commit) != expected))
        RC_FAIL(git.git(
            {"diff-tree", "-r", expected, snapshot.commit.empty() ? head : snapshot.commit}));
    RC_CLASSIFY(!is_head, "changed");
}

} // namespace
} // namespace rdvc::project
