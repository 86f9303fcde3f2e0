#include "project/arrivals.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "project/guarded_names.hpp"
#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using base::Exit;
using tests::content_of;
using tests::put_file;

class Arrivals : public ::testing::Test {
  protected:
    Arrivals() {
        fs::create_directories(from);
        fs::create_directories(top);
    }
    [[nodiscard]] Placed put(Replace replace = Replace::no) const {
        return put_into_place(from, top, replace);
    }
    // What is refused changes nothing.
    void expect_refused(const std::string& words, Replace replace = Replace::no) const {
        const auto failure = tests::failure_of([&] { return put(replace); });
        EXPECT_EQ(failure.code, Exit::failed);
        EXPECT_NE(failure.message.find(words), std::string::npos) << failure.message;
        EXPECT_FALSE(fs::exists(top / "aa")) << "what came first in the order of names";
    }

    tests::Folder folder;
    fs::path from = folder / "from";
    fs::path top = folder / "top";
};

TEST_F(Arrivals, GoToTheirPlaces) {
    put_file(from / "out" / "new", "1");
    put_file(from / "out" / "same", "2");
    put_file(top / "out" / "same", "2");
    put_file(top / "out" / "mine", "3");
    fs::create_symlink("../out/new", from / "out" / "link");
    fs::permissions(from / "out" / "new", fs::perms::owner_all);
    const auto placed = put();
    EXPECT_EQ(placed.written, 2U);
    EXPECT_EQ(placed.same, 1U);
    EXPECT_EQ(content_of(top / "out" / "new"), "1");
    EXPECT_EQ(tests::mode_of(top / "out" / "new"), 0700U);
    EXPECT_EQ(fs::read_symlink(top / "out" / "link"), "../out/new");
    EXPECT_EQ(content_of(top / "out" / "mine"), "3");
    fs::create_symlink("../out/new", from / "out" / "link");
    EXPECT_EQ(put().same, 2U) << "links with the same target are equal";
}

TEST_F(Arrivals, ReplaceOnlyWhereAsked) {
    put_file(from / "aa", "new");
    put_file(from / "out" / "file", "theirs");
    fs::create_symlink("x", from / "out" / "link");
    put_file(top / "out" / "file", "mine!!");
    put_file(top / "out" / "link", "x");
    put_file(folder / "elsewhere", "precious");
    fs::create_symlink(folder / "elsewhere", top / "out" / "away");
    put_file(from / "out" / "away", "precious");
    const auto failure = tests::failure_of([&] { return put(); });
    EXPECT_EQ(failure.message,
              "error: 3 files are here with different content; nothing was changed\n"
              "  out/away\n  out/file\n  out/link\n\n"
              "hint: `rdvc pull --force` replaces what is here\n");
    EXPECT_FALSE(fs::exists(top / "aa"));
    EXPECT_EQ(content_of(top / "out" / "file"), "mine!!");
    EXPECT_EQ(put(Replace::yes).written, 4U);
    EXPECT_EQ(content_of(top / "out" / "file"), "theirs");
    EXPECT_FALSE(fs::is_symlink(top / "out" / "away")) << "the link itself, not its target";
    EXPECT_EQ(content_of(folder / "elsewhere"), "precious");
}

TEST_F(Arrivals, AreNeverWrittenThroughALink) {
    put_file(from / "aa", "");
    put_file(from / "out" / "deep" / "file", "x");
    fs::create_directories(folder / "elsewhere");
    fs::create_symlink(folder / "elsewhere", top / "out");
    for (const auto replace : {Replace::no, Replace::yes})
        expect_refused("out/deep/file: out is a symbolic link here", replace);
    EXPECT_TRUE(fs::is_empty(folder / "elsewhere"));
}

TEST_F(Arrivals, TakeNoFoldersPlace) {
    put_file(from / "aa", "");
    put_file(from / "out", "x");
    put_file(top / "out" / "mine", "");
    put_file(from / "way" / "file", "x");
    put_file(top / "way", "");
    for (const auto replace : {Replace::no, Replace::yes}) {
        expect_refused("out is a folder here", replace);
        expect_refused("way/file: way is not a folder here", replace);
    }
}

TEST_F(Arrivals, AreRefusedInGitsFolder) {
    for (const fs::path path :
         {".git/hooks/post-checkout", "sub/.git/config", ".GIT/x", "a/.git", "Git~1/hooks/x"}) {
        put_file(from / "aa", "");
        put_file(from / path, "x");
        expect_refused("which is Git's own", Replace::yes);
        fs::remove_all(from);
    }
}

TEST_F(Arrivals, AreRefusedWhereLinksLeadOut) {
    put_file(from / "aa", "");
    fs::create_directories(from / "out");
    for (const auto* target : {"/etc/passwd", "../..", "../../x", "..//../x", "x/../../..",
                               "../.git/config", "../.git"}) {
        fs::create_symlink(target, from / "out" / "link");
        expect_refused("`out/link`, a link that leads out of the work tree, or to", Replace::yes);
        fs::remove(from / "out" / "link");
    }
    ASSERT_EQ(::mkfifo((from / "out" / "pipe").c_str(), 0600), 0);
    expect_refused("which is neither a file nor a link");
}

TEST_F(Arrivals, AreRefusedWhereTheyMakeARepository) {
    put_file(from / "aa", "");
    for (const auto* part : {"HEAD", "objects/x", "Refs/x"})
        put_file(from / "out" / part, "x");
    expect_refused("`out/`, which Git takes for a repository");
    fs::remove(from / "out" / "HEAD");
    EXPECT_EQ(put().written, 3U);
}

TEST_F(Arrivals, OutsideOfWhatWasDeclaredAreFound) {
    for (const auto* path : {"out/x", "out", "outer", "Out/x", "part/out/x", "one/file"})
        if (!fs::exists(from / path))
            put_file(from / path, "");
    EXPECT_EQ(arrivals_outside(from, {"out", "one/file"}),
              (std::vector<fs::path>{"Out/x", "outer", "part/out/x"}));
    EXPECT_EQ(arrivals_outside(from, {}).size(), 5U);
}

TEST_F(Arrivals, LeaveOutGuardedNamesUnlessTyped) {
    for (const auto* path : {".envrc", "out/.dvc/config", "out/.hydra/config.yaml", "out/.zarray",
                             "out/.vscode/x", "out/.vscode/.idea/x"})
        put_file(from / path, "");
    EXPECT_EQ(leave_out_guarded(from, {"out/.vscode"}),
              (std::vector<fs::path>{".envrc", "out/.dvc", "out/.vscode/.idea"}));
    EXPECT_EQ(arrivals_in(from),
              (std::vector<fs::path>{"out/.hydra/config.yaml", "out/.vscode/x", "out/.zarray"}));
}

TEST(GuardedName, IsSeenHoweverAFileSystemSpellsIt) {
    for (const auto* name :
         {".git",         ".GIT",    ".gi\u200ct",    "GIT~1",   ".git.",        ".git ",
          ".git::$INDEX", ".dvc",    ".Dvc",          ".rdvc",   ".envrc",       ".env",
          ".env.local",   ".bashrc", ".bash_profile", ".vscode", ".v\u017fcode", ".\u212ash\u200f",
          ".idea",        "ENVRC~1", "gitatt~1"})
        EXPECT_TRUE(is_guarded_name(name)) << name;
    for (const auto* name :
         {"", ".", "git", "x.dvc", ".hydra", ".gitignore", ".gitkeep", ".zattrs", ".x.git", "env~",
          "git~x", "data~1", ".part-0.crc", ".ipynb_checkpoints", "\xe2\x80"})
        EXPECT_FALSE(is_guarded_name(name)) << name;
    EXPECT_FALSE(is_git_folder(".gitx"));
}

TEST(StaysInside, CountsFromTheLinksOwnFolder) {
    for (const auto* target : {"x", "./x", "../x", "../../x", "../..", "x/y", "..x/y", "."})
        EXPECT_TRUE(stays_inside("a/b/link", target)) << target;
    // `a/b/d -> ../..` would make the last ones lead out.
    for (const auto* target : {"", "/", "/x", "../../..", "../../../x", "d/../x", "./d/..",
                               "../.dvc/config.local", ".envrc"})
        EXPECT_FALSE(stays_inside("a/b/link", target)) << target;
    EXPECT_FALSE(stays_inside("link", ".."));
    EXPECT_TRUE(stays_inside("link", "."));
}

TEST_F(Arrivals, CanBeRidOfLinksThatLeadOut) {
    put_file(from / "out" / "file", "1");
    fs::create_symlink("file", from / "out" / "inside");
    fs::create_symlink("/etc/passwd", from / "out" / "absolute");
    fs::create_symlink("../../x", from / "out" / "above");
    EXPECT_EQ(leave_out_links_outside(from), 2U);
    EXPECT_EQ(arrivals_in(from), (std::vector<fs::path>{"out/file", "out/inside"}));
}

} // namespace
} // namespace rdvc::project
