// `rdvc run` in a work tree that differs from HEAD: what travels, and how it is reported.

#include <regex>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/submit_request.hpp"

namespace rdvc::commands {
namespace {

using tests::answers;
using tests::DemoProject;
using tests::ledger_of;
using tests::received;
using tests::words_of;
using Texts = std::vector<std::string>;
using tests::done;
constexpr auto not_ready = static_cast<int>(base::Exit::not_ready);

// The value that a script gives to a variable.
std::string in_script(const std::string& script, const std::string& name) {
    return tests::value_of(tests::replaced(script, "\nexport ", "\n"), name);
}

// The messages before the job's id, about what travels.
std::string said(const tests::Outcome& outcome) {
    std::string text;
    for (const auto& line : base::lines(outcome.err))
        if (line.starts_with("code: ") || line.starts_with("new:  ") || line.starts_with("and ") ||
            line.starts_with("left out: ") || line.starts_with("submodule ") ||
            line.find("run.max_history") != std::string::npos)
            text += line + "\n";
    return std::regex_replace(text, std::regex("to send, [0-9.]+ [KM]?B"), "to send, N KB");
}

TEST(RunChanges, TravelAsASnapshot) {
    DemoProject demo;
    const auto commit = demo.commit_project();
    demo.git.write("params.yaml", "lr: 0.2\n");
    demo.git.write("new file", "x\n");
    demo.expect_request().does(answers({"submitted 1 /d"})).times(2);
    const auto outcome = demo.world.run({"run"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    const auto sent = received(demo.requests().at(0).input);
    const auto snapshot = in_script(sent.script, "RDVC_JOB_SNAPSHOT");
    EXPECT_EQ(in_script(sent.script, "RDVC_JOB_REPO_REV"), commit);
    EXPECT_EQ(in_script(sent.script, "RDVC_JOB_EXTRAS"), "");
    EXPECT_EQ(words_of(sent.program, "tips"), Texts({snapshot}));
    EXPECT_EQ(demo.git.git({"rev-parse", snapshot + "^@"}), commit);
    EXPECT_EQ(demo.git.git({"show", snapshot + ":params.yaml"}), "lr: 0.2");
    EXPECT_EQ(ledger_of(demo).at(0).commit, commit) << "the experiment is on HEAD";
    EXPECT_EQ(demo.git.git({"status", "--porcelain"}), "M params.yaml\n?? \"new file\"");
    // Nothing more to send the second time.
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    const auto second = received(demo.requests().at(1).input);
    EXPECT_EQ(words_of(second.program, "tips"), Texts({snapshot}));
    EXPECT_EQ(second.packs, Texts({""}));
}

TEST(RunChanges, AreDescribed) {
    DemoProject demo;
    for (const auto* name : {"a", "b", "c", "d"})
        demo.git.write(name, std::string("content of ") + name + "\n");
    const auto at = "code: " + demo.commit_project().substr(0, 10) + " (main)";
    const auto described = [&](Words words = {}) {
        words.insert(words.begin(), {"run", "--dry-run"});
        const auto outcome = demo.world.run(words);
        EXPECT_EQ(outcome.code, done) << outcome.err;
        return said(outcome);
    };
    EXPECT_EQ(described(), at + ", 10 Git objects to send, N KB\n");
    demo.git.write("a", "new\n");
    EXPECT_EQ(described(), at + " + 1 changed, 13 Git objects to send, N KB\n");
    demo.git.write("new/-file\n", "x\n");
    std::filesystem::remove(demo.git.path() / "b");
    EXPECT_EQ(described(), at +
                               " + 1 changed, 1 deleted, 1 new file, 15 Git objects to send, N KB\n"
                               "new:  new/-file\\x0a\n");
    EXPECT_EQ(described({"--only-committed"}), at + ", 10 Git objects to send, N KB\n"
                                                    "left out: 3 uncommitted changes "
                                                    "(--only-committed)\n");
    for (int i = 100; i < 125; ++i)
        demo.git.write(std::to_string(i), "x\n");
    const auto lines = base::lines(described());
    ASSERT_EQ(lines.size(), 22U);
    EXPECT_EQ(lines[0], at + " + 1 changed, 1 deleted, 26 new files, 15 Git objects to send, N KB");
    EXPECT_EQ(lines[1], "new:  100");
    EXPECT_EQ(lines[20], "new:  119");
    EXPECT_EQ(lines[21], "new:  and 6 more");
    demo.git.git({"checkout", "--quiet", "--detach"});
    EXPECT_EQ(described({"--only-committed"}).substr(0, 32), at.substr(0, 16) + " (detached HEAD)");
    const auto quiet = demo.world.run({"run", "--dry-run", "-q"});
    EXPECT_EQ(quiet.err, "");
}

TEST(RunChanges, StayHereWithOnlyCommitted) {
    DemoProject demo;
    const auto commit = demo.commit_project();
    demo.git.write("params.yaml", "lr: 0.2\n");
    demo.git.write(".env", "TOKEN=x\n"); // no question, since it does not travel
    demo.git.write(".git/MERGE_HEAD", commit + "\n");
    demo.expect_request().does(answers({"submitted 1 /d"}));
    const auto outcome = demo.world.run({"run", "--only-committed"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    const auto sent = received(demo.requests().at(0).input);
    EXPECT_EQ(words_of(sent.program, "tips"), Texts({commit}));
    EXPECT_EQ(in_script(sent.script, "RDVC_JOB_SNAPSHOT"), "");
    EXPECT_EQ(demo.git.git({"count-objects"}).substr(0, 2), "6 ") << "nothing was stored";
}

// Nothing travels, so changes are refused or left behind.
TEST(RunChanges, StayHereWhereTheJobTakesTheCodeFromOrigin) {
    DemoProject demo;
    const auto commit = demo.commit_project();
    demo.git.git({"clone", "--quiet", "--bare", ".", (demo.folder / "origin.git").string()});
    demo.git.git({"remote", "add", "origin", (demo.folder / "origin.git").string()});
    demo.git.git({"fetch", "--quiet", "origin"});
    demo.git.write("params.yaml", "lr: 0.2\n");
    demo.git.write("new", "x\n");
    const auto refused = demo.world.run({"run", "--code=origin"});
    EXPECT_EQ(refused.code, not_ready);
    EXPECT_NE(refused.err.find("error: the work tree has 2 uncommitted changes\n"
                               "  .M params.yaml\n  ?? new\n"),
              std::string::npos)
        << refused.err;
    demo.expect_request().does(answers({"submitted 1 /d"}));
    const auto outcome = demo.world.run({"run", "--code=origin", "--only-committed"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    EXPECT_EQ(said(outcome), "code: " + commit.substr(0, 10) + " (main) from " +
                                 (demo.folder / "origin.git").string() +
                                 "\nleft out: 2 uncommitted changes (--only-committed)\n");
    const auto script = received(demo.requests().at(0).input).script;
    EXPECT_EQ(in_script(script, "RDVC_JOB_SNAPSHOT"), "");
    EXPECT_EQ(in_script(script, "RDVC_JOB_REPO_REV"), commit);
}

// A file that a Git filter keeps encrypted travels in plain text only if it is named; from origin
// it cannot.
TEST(RunChanges, AreRefusedUnderAFilterThatEncrypts) {
    DemoProject demo;
    demo.git.git({"config", "filter.veil.clean", "tr a-z n-za-m"});
    demo.git.git({"config", "filter.veil.smudge", "tr a-z n-za-m"});
    demo.git.write(".gitattributes", "key filter=veil\n");
    demo.git.write("key", "alpha\n");
    demo.commit_project();
    demo.git.git({"clone", "--quiet", "--bare", ".", (demo.folder / "origin.git").string()});
    demo.git.git({"remote", "add", "origin", (demo.folder / "origin.git").string()});
    demo.git.git({"fetch", "--quiet", "origin"});
    for (const std::string way : {"--code=ssh", "--code=origin"}) {
        const auto refused = demo.world.run({"run", way});
        EXPECT_EQ(refused.code, not_ready);
        EXPECT_NE(refused.err.find("\n  key  (filter `veil`)\n"), std::string::npos) << refused.err;
    }
    demo.expect_request().does(answers({"submitted 1 /d"})).times(2);
    const auto named = demo.world.run({"run", "--include=key"});
    EXPECT_EQ(named.code, done);
    EXPECT_NE(named.err.find("as it is here, not as it is in Git: key  (filter `veil`)\n"),
              std::string::npos)
        << named.err;
    demo.configure_project("[run]\nfilters = ['veil']\n");
    EXPECT_EQ(demo.world.run({"run"}).code, done);
}

// Paths are relative to the user's current folder.
TEST(RunChanges, TakePathsFromWhereTheUserStands) {
    DemoProject demo;
    demo.git.write(".gitignore", "*.bin\n");
    demo.git.write("models/dvc.yaml", "stages: {}\n");
    demo.commit_project();
    demo.git.write("models/weights.bin", "w");
    demo.git.write("top.bin", "t");
    demo.git.write("data/deep/d.bin", "d");
    demo.git.write("models/.env", "TOKEN=x\n");
    demo.world.stand_in(demo.git.path() / "models");
    EXPECT_EQ(demo.world.run({"run", "--include=models/.env"}).code, not_ready);
    demo.expect_request().does(answers({"submitted 1 /d"}));
    const auto absolute = (demo.git.path() / "data").string();
    const auto outcome = demo.world.run({"run", "--include=.env", "-C", "weights.bin", "-C",
                                         "../top.bin", "--copy-paths=" + absolute + "/"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    const auto sent = received(demo.requests().at(0).input);
    const auto extras = in_script(sent.script, "RDVC_JOB_EXTRAS");
    const auto snapshot = in_script(sent.script, "RDVC_JOB_SNAPSHOT");
    EXPECT_EQ(words_of(sent.program, "tips"), Texts({extras}));
    EXPECT_EQ(demo.git.git({"rev-parse", extras + "^@"}), snapshot);
    EXPECT_EQ(demo.git.git({"ls-tree", "-r", "--name-only", extras}),
              "copies/data/deep/d.bin\ncopies/models/weights.bin\ncopies/top.bin");
    EXPECT_EQ(demo.git.git({"ls-tree", "-r", "--name-only", snapshot, "models"}),
              "models/.env\nmodels/dvc.yaml");
}

// New files whose names are not UTF-8 travel beside the code, where Git does not track them.
TEST(RunChanges, SendOddNamesBesideTheCode) {
    DemoProject demo;
    demo.commit_project();
    demo.git.write("odd\xff", "x");
    demo.expect_request().does(answers({"submitted 1 /d"}));
    const auto outcome = demo.world.run({"run"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    const auto script = received(demo.requests().at(0).input).script;
    EXPECT_EQ(in_script(script, "RDVC_JOB_SNAPSHOT"), "");
    EXPECT_EQ(
        demo.git.git({"ls-tree", "-r", "-z", "--name-only", in_script(script, "RDVC_JOB_EXTRAS")}),
        std::string("copies/odd\xff\0", 12));
    EXPECT_NE(outcome.err.find(" + 1 new file, "), std::string::npos) << outcome.err;
}

TEST(RunChanges, SendSubmodulesToMirrorsOfTheirOwn) {
    DemoProject demo;
    const tests::GitRepository library(demo.folder / "library");
    library.write("l", "1");
    const auto library_commit = library.commit();
    const auto add = [&](const std::string& path) {
        demo.git.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
                      library.path().string(), path});
    };
    add("libs/my lib");
    add("libs/second");
    demo.git.git({"-C", "libs/second", "remote", "remove", "origin"});
    const auto commit = demo.commit_project();
    demo.expect_request().does(answers({"submitted 1 /d"})).times(2);
    const auto outcome = demo.world.run({"run"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    const auto sent = received(demo.requests().at(0).input);
    EXPECT_EQ(words_of(sent.program, "tips"), Texts({commit, library_commit, library_commit}));
    const auto mirrors = words_of(sent.program, "mirrors");
    ASSERT_EQ(mirrors.size(), 3U);
    EXPECT_TRUE(mirrors[1].starts_with("my-lib-") && mirrors[1].size() == 19U) << mirrors[1];
    EXPECT_TRUE(mirrors[2].starts_with("second-") && mirrors[2].size() == 19U) << mirrors[2];
    const auto line = tests::assigned(sent.script, "RDVC_JOB_SUBMODULES");
    EXPECT_EQ(line, "('libs/my lib' " + library_commit + " " + mirrors[1] + " '' libs/second " +
                        library_commit + " " + mirrors[2] + " '')");
    for (const auto& pack : sent.packs)
        EXPECT_TRUE(pack.starts_with("PACK"));
    const auto at = " at " + library_commit.substr(0, 10) + "\n";
    EXPECT_TRUE(
        said(outcome).ends_with("submodule libs/my lib" + at + "submodule libs/second" + at))
        << said(outcome);
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    EXPECT_EQ(received(demo.requests().at(1).input).packs, Texts({"", "", ""}));
}

TEST(RunChanges, CutAHistoryThatIsTooLarge) {
    DemoProject demo;
    demo.configure_project("[run]\nmax_history = '1K'\n");
    demo.commit_project();
    demo.git.git({"tag", "--annotate", "--message=m", "v1"});
    const auto commit = demo.git.commit("two");
    demo.expect_request().does(answers({"submitted 1 /d"}));
    const auto outcome = demo.world.run({"run"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    EXPECT_TRUE(
        said(outcome).ends_with("warning: the history is larger than run.max_history and is not "
                                "sent: the job sees only this commit, without tags\n"))
        << said(outcome);
    const auto sent = received(demo.requests().at(0).input);
    EXPECT_EQ(words_of(sent.program, "boundaries"), Texts({commit}));
    EXPECT_EQ(tests::assigned(sent.program, "tag_objects"), "()");
    EXPECT_EQ(sent.tags, "");
    EXPECT_EQ(ledger_of(demo).at(0).stored.back().boundary, "cut");
}

} // namespace
} // namespace rdvc::commands
