// Git's conversions at checkout, and what must travel so that a job has the same bytes.

#include "project/conversions.hpp"

#include <gtest/gtest.h>

#include "project/extras.hpp"
#include "support/expect_error.hpp"
#include "support/snapshot.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using base::Exit;
using tests::Folder;
using tests::GitRepository;
using tests::open_repository;
using Texts = std::vector<std::string>;

Conversions conversions_of(const GitRepository& git, Bytes bytes = Bytes::of_work_tree) {
    base::ProcessRunner runner;
    return find_conversions(runner, open_repository(git.path()), git.git({"rev-parse", "HEAD"}),
                            bytes);
}

// "path (filter): bytes" of each.
Texts described(const Conversions& conversions) {
    Texts lines;
    for (const auto& file : conversions.files)
        lines.push_back(file.path + " (" + file.filter +
                        "): " + base::read_file(file.content).value_or("none"));
    return lines;
}

class Filters : public testing::Test {
  protected:
    Filters() : git(folder / "project") {
        ::setenv("HOME", folder.path().c_str(), 1);
        ::unsetenv("XDG_CONFIG_HOME");
        git.git({"config", "filter.veil.clean", "tr a-z n-za-m"});
        git.git({"config", "filter.veil.smudge", "tr a-z n-za-m"});
        git.git({"config", "filter.strip.clean", "sed /output/d"});
        git.git({"config", "filter.strip.smudge", "cat"});
        git.git({"config", "filter.lfs.clean", "git-lfs clean -- %f"});
    }

    Folder folder;
    GitRepository git;
};

TEST_F(Filters, AreLookedForOnlyWhereAttributesNameOneThatIsSetUp) {
    git.write("a", "x\n");
    git.write(".gitattributes", "* diff=veil\n*.c filter=unknown\n*.bin filter=lfs -text\n");
    git.commit();
    EXPECT_TRUE(conversions_of(git).empty());
}

TEST_F(Filters, ThatEncryptAreRefusedByName) {
    git.write(".gitattributes", "*.txt filter=veil\n");
    git.write("a.txt", "alpha\n");
    git.write("same.txt", "1\n");
    git.write("plain", "alpha\n");
    git.commit();
    const auto found = conversions_of(git);
    EXPECT_EQ(described(found), Texts({"a.txt (veil): alpha\n"}));
    EXPECT_EQ(found.sealing, Texts({"veil"}));
    EXPECT_EQ(attributes_of(found),
              "/a.txt filter=rdvc-sealed -text -ident !working-tree-encoding\n");
    const auto repository = open_repository(git.path());
    EXPECT_FAILURE(refuse_sealed(repository, found, {"b.txt"}, {"strip"}), Exit::not_ready,
                   "error: a Git filter stores other bytes in Git than those here, and the job "
                   "does not have the filter\n"
                   "  a.txt  (filter `veil`)\n\n"
                   "hint: if the cluster may have them as they are here: --include=a.txt, or, for "
                   "all files of the filter, `filters = [\"veil\"]` under [run]\n");
    refuse_sealed(repository, found, {"a.txt"}, {});
    refuse_sealed(repository, found, {}, {"veil"});
}

TEST_F(Filters, ThatOnlyStripGiveTheBytesThatAreHere) {
    git.write(".git/info/attributes", "*.ipynb filter=strip"); // without a line end
    git.write("with a blank*.ipynb", "cell\noutput\n");
    git.write("same.ipynb", "cell\n");
    git.commit();
    const auto found = conversions_of(git);
    EXPECT_EQ(described(found), Texts({"with a blank*.ipynb (strip): cell\noutput\n"}));
    EXPECT_EQ(found.sealing, Texts());
    EXPECT_EQ(attributes_of(found), "*.ipynb filter=strip\n/with?a?blank?.ipynb filter=rdvc -text "
                                    "-ident !working-tree-encoding\n");
    EXPECT_TRUE(described(conversions_of(git, Bytes::of_checkout)).empty())
        << "a checkout has no output";
}

TEST_F(Filters, GiveWhatIsCommittedWhereTheWorkTreeMayHoldSomethingElse) {
    git.write(".gitattributes", "*.txt filter=veil\n");
    git.write("a.txt", "alpha\n");
    git.commit();
    git.write("a.txt", "beta\n");
    EXPECT_EQ(described(conversions_of(git, Bytes::of_checkout)), Texts({"a.txt (veil): alpha\n"}));
}

TEST_F(Filters, AreThoseOfTheUsersOwnAttributesToo) {
    git.write("../attributes", "*.txt filter=veil\n");
    git.write("a.txt", "alpha\n");
    git.git({"config", "core.attributesFile", (folder / "attributes").string()});
    git.commit();
    const auto found = conversions_of(git);
    EXPECT_EQ(found.user_attributes, "*.txt filter=veil\n");
    EXPECT_EQ(described(found).size(), 1U);
    git.git({"config", "--unset", "core.attributesFile"});
    EXPECT_TRUE(conversions_of(git).empty());
    git.write("../.config/git/attributes", "*.txt filter=veil\n");
    EXPECT_EQ(described(conversions_of(git)).size(), 1U);
}

TEST_F(Filters, TravelAsOneCommitWithTheBlobOfEachFile) {
    git.write(".gitattributes", "*.ipynb filter=strip\n");
    git.write("deep/a.ipynb", "cell\noutput 1\n");
    git.write("deep/b.ipynb", "cell\noutput 2\n"); // the same blob
    const auto head = git.commit();
    base::ProcessRunner runner;
    const auto extras = make_extras(runner, open_repository(git.path()), head,
                                    {.copies = {}, .lfs = {}, .conversions = conversions_of(git)});
    const auto blob = git.git({"rev-parse", head + ":deep/a.ipynb"});
    for (const std::string name : {"a", "b"}) {
        const auto bytes = git.git({"rev-parse", extras + ":smudged/deep/" + name + ".ipynb"});
        EXPECT_EQ(git.git({"cat-file", "blob", bytes}),
                  std::string("cell\noutput ") + (name == "a" ? "1" : "2"));
        EXPECT_EQ(git.git({"rev-parse", extras + ":cleaned/" + bytes}), blob);
    }
    EXPECT_EQ(git.git({"ls-tree", "--name-only", extras + ":conversions"}), "attributes");
}

// --- Git's own conversions ---

TEST_F(Filters, OfGitItselfFollowTheSettingsHere) {
    git.write("a.txt", "a\n");
    git.commit();
    const std::vector<std::pair<Texts, std::string>> cases = {
        {{"core.autocrlf", "false"}, ""},
        {{"core.autocrlf", "0"}, ""},
        {{"core.autocrlf", "input"}, "[core]\n\tautocrlf = input\n"},
        {{"core.autocrlf", "yes"}, "[core]\n\tautocrlf = true\n"},
        {{"core.eol", "lf"}, ""},
        {{"core.eol", "native"}, ""},
        {{"core.eol", "crlf"}, "[core]\n\teol = crlf\n"},
    };
    for (const auto& [setting, text] : cases) {
        git.git({"config", setting[0], setting[1]});
        EXPECT_EQ(conversions_of(git).settings, text) << setting[1];
        git.git({"config", "--unset", setting[0]});
    }
}

TEST_F(Filters, OfGitItselfLetTravelWhatACheckoutWouldNotMake) {
    git.write(".gitattributes", "*.txt text=auto\n*.dos text eol=crlf\n*.id ident\n");
    git.write("unix.txt", "a\n");
    git.write("odd.txt", "a\r\n"); // its blob has LF, and so would a checkout
    git.write("a.dos", "a\r\n");
    git.write("odd.dos", "a\n");
    git.write("a.id", "$Id$\n");
    git.write("b.id", "$Id$\n");
    git.commit();
    fs::remove(git.path() / "a.id");
    git.git({"checkout", "--quiet", "a.id"}); // which gives it a hash
    EXPECT_EQ(described(conversions_of(git)),
              Texts({"b.id (): $Id$\n", "odd.dos (): a\n", "odd.txt (): a\r\n"}));
    git.git({"update-index", "--skip-worktree", "unix.txt"});
    git.write("unix.txt", "something else\n");
    EXPECT_EQ(conversions_of(git).files.size(), 3U) << "what git does not see stays here";
    EXPECT_TRUE(conversions_of(git, Bytes::of_checkout).files.empty());
}

} // namespace
} // namespace rdvc::project
