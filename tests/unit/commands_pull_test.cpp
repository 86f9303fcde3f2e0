// `rdvc pull` of experiments, with a real mirror: refs, and the data that they wait for.

#include <utility>

#include <gtest/gtest.h>

#include "base/md5.hpp"
#include "remote/archive.hpp"
#include "submission/name.hpp"
#include "support/demo_project.hpp"
#include "support/tokens.hpp"

namespace rdvc::commands {
namespace {

namespace fs = std::filesystem;
using base::Exit;
using tests::answers;
using tests::assigned;
using tests::DemoProject;
using tests::put_file;
using Texts = std::vector<std::string>;

using tests::one;
const std::string s3_remote =
    "[core]\n    remote = s3\n['remote \"s3\"']\n    url = s3://bucket/x\n";

const std::string nowhere(40, 'd'); // a commit that no repository has

class Pull : public ::testing::Test {
  protected:
    Pull() {
        demo_.configure("[cluster]\nhost = \"local\"\n[project]\nid = \"7f3a9c1d\"\n");
        demo_.commit_project();
        demo_.git.write("dvc.yaml", "stages:\n  train:\n    cmd: ./train\n    outs: [model.txt]\n");
        baseline_ = demo_.git.commit("A baseline");
        ref_ = submission::experiment_ref(baseline_, "first");
    }

    // The experiment, with these files besides its result, in the mirror.
    void publish(const std::vector<std::pair<std::string, std::string>>& files = {}) {
        demo_.git.write("dvc.lock",
                        "schema: '2.0'\nstages:\n  train:\n    cmd: ./train\n    outs:\n"
                        "    - path: model.txt\n      hash: md5\n      md5: " +
                            hash_ + "\n      size: 5\n");
        for (const auto& [path, text] : files)
            demo_.git.write(path, text);
        commit_ = demo_.git.commit("An experiment");
        const auto mirror = demo_.folder / "there" / "repos" / "project-7f3a9c1d.git";
        if (!fs::exists(mirror))
            tests::run_program({"git", "init", "--quiet", "--bare", mirror.string()});
        demo_.git.git({"push", "--quiet", mirror.string(), "+" + commit_ + ":" + ref_});
        demo_.git.git({"reset", "--quiet", "--hard", baseline_});
    }
    // Another one, whose ref in the mirror leads nowhere.
    void publish_dead(const std::string& name) {
        const auto ref = submission::experiment_ref(baseline_, name);
        put_file(demo_.folder / "there" / "repos" / "project-7f3a9c1d.git" / ref, nowhere + "\n");
        others_.push_back({std::string(32, '2'), name, ref, nowhere});
    }
    // The cluster's answer about them.
    void expect_overview(const std::string& data, const std::string& code = "ssh") {
        Texts lines = {"dir " + (demo_.folder / "there").string(), "time 1000", "squeue ok"};
        auto all = others_;
        all.push_back({one, "first", ref_, commit_});
        for (const auto& other : all) {
            lines.push_back("submission " + other.token);
            for (const auto& line : {"submission name " + other.name, "submission code " + code,
                                     "submission data " + data, std::string("jobid 11"),
                                     std::string("result state published"),
                                     "result ref " + other.ref, "result commit " + other.commit})
                lines.push_back("file " + other.token + " " + line);
        }
        lines.emplace_back("end");
        demo_.expect_request().does(answers(lines));
    }
    // The cluster's answer about the object: its cache has none.
    void expect_no_object() { demo_.expect_request().does(answers({"cache /c", "end"})); }
    // Its stream with a member of that type and content.
    void expect_object(const std::string& content = "model", char type = '0') {
        auto header = remote::archive_header(object_, content.size());
        constexpr std::size_t at_type = 156; // and the checksum counts it
        header[at_type] = type;
        header[at_type - 3] = static_cast<char>(header[at_type - 3] + (type - '0'));
        demo_.expect_request().does(
            answers({"cache /c", "size 5",
                     "data " + header + content + remote::archive_padding(content.size()) +
                         remote::archive_end(),
                     "end"}));
    }
    // The connection breaks off within it.
    void expect_half_an_object() {
        const auto header = remote::archive_header(object_, 5);
        demo_.expect_request().does(answers({"cache /c", "size 5", "data " + header + "mod"}, 255,
                                            "Connection to hpc closed by remote host.\n"));
    }
    tests::FakeRunner::Expectation& expect_dvc() {
        return demo_.runner.expect({"dvc", "exp", "pull", demo_.git.path().string(), "first"});
    }
    [[nodiscard]] bool is_here() const {
        return !demo_.git.git({"for-each-ref", "refs/exps"}).empty();
    }
    [[nodiscard]] bool waits() const {
        return !demo_.git.git({"for-each-ref", "refs/rdvc"}).empty();
    }
    void expect_nothing_new(const std::string& data) {
        expect_overview(data);
        EXPECT_EQ(demo_.world.run({"pull"}).err, "nothing new to pull\n");
    }

    struct Other {
        std::string token;
        std::string name;
        std::string ref;
        std::string commit;
    };

    DemoProject demo_;
    std::vector<Other> others_;
    std::string hash_ = base::md5("model");
    std::string object_ = "files/md5/" + hash_.substr(0, 2) + "/" + hash_.substr(2);
    std::string baseline_;
    std::string ref_;
    std::string commit_;
};

TEST_F(Pull, GoesOnWhereTheConnectionBrokeOff) {
    publish();
    expect_overview("ssh");
    expect_half_an_object();
    const auto lost = demo_.world.run({"pull"});
    EXPECT_EQ(lost.code, static_cast<int>(Exit::unreachable));
    EXPECT_NE(lost.err.find("the connection was lost while bringing data"), std::string::npos)
        << lost.err;
    EXPECT_NE(lost.err.find("run the same command again to continue"), std::string::npos)
        << lost.err;
    EXPECT_FALSE(is_here());
    EXPECT_TRUE(waits());
    expect_overview("ssh");
    expect_object();
    const auto again = demo_.world.run({"pull"});
    EXPECT_EQ(again.out, "pulled first (" + commit_.substr(0, 10) + ")\n") << again.err;
    EXPECT_TRUE(is_here());
    EXPECT_FALSE(waits());
    expect_nothing_new("ssh");
}

// One ref that leads nowhere does not block other experiments, and the exit code shows that it is
// missing.
TEST_F(Pull, BringsWhatItCanAndFailsForTheRest) {
    publish();
    publish_dead("second");
    expect_overview("ssh");
    expect_object();
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.out, "pulled first (" + commit_.substr(0, 10) + ")\n") << outcome.err;
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_NE(outcome.err.find("second could not be fetched"), std::string::npos) << outcome.err;
    expect_overview("ssh");
    EXPECT_EQ(demo_.world.run({"pull", "--no-data"}).code, static_cast<int>(Exit::failed));
}

// An experiment that has the name here keeps it, and the result does not count as pulled.
TEST_F(Pull, IsNotDoneWhereAnotherHasTheName) {
    publish();
    const auto another = demo_.git.git({"commit-tree", baseline_ + "^{tree}", "-m", "another"});
    demo_.git.git({"update-ref", ref_, another});
    expect_overview("ssh");
    expect_object();
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("`rdvc pull --force` replaces it"), std::string::npos)
        << outcome.err;
    EXPECT_TRUE(waits());
}

TEST_F(Pull, TakesNoObjectThatIsNoFile) {
    publish();
    expect_overview("ssh");
    expect_object("", '2'); // a symbolic link
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_NE(outcome.err.find("`" + object_ + "` is not a regular file"), std::string::npos)
        << outcome.err;
    EXPECT_FALSE(fs::exists(demo_.git.path() / ".dvc" / "cache" / object_));
}

TEST_F(Pull, TakesNoObjectThatItHasNotAskedFor) {
    publish();
    expect_overview("ssh");
    const auto asked = std::exchange(object_, "../mine");
    expect_object();
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_NE(outcome.err.find("the cluster sent `../mine` without being asked for it"),
              std::string::npos)
        << outcome.err;
    EXPECT_FALSE(fs::exists(demo_.git.path() / ".dvc" / "mine"));
    EXPECT_FALSE(fs::exists(demo_.git.path() / ".dvc" / "cache" / asked));
}

TEST_F(Pull, GoesOnWhereDvcFailed) {
    demo_.git.write(".dvc/config", s3_remote);
    baseline_ = demo_.git.commit("A remote");
    ref_ = submission::experiment_ref(baseline_, "first");
    publish();
    expect_overview("remote");
    expect_dvc().exits(255, "ERROR: Unable to locate credentials\n");
    expect_no_object();
    const auto failed = demo_.world.run({"pull"});
    EXPECT_EQ(failed.code, static_cast<int>(Exit::failed));
    EXPECT_NE(failed.err.find(
                  "error: `dvc exp pull` could not bring the data\n  ERROR: Unable to locate"),
              std::string::npos)
        << failed.err;
    EXPECT_EQ(failed.out, "");
    expect_overview("remote");
    expect_dvc();
    EXPECT_EQ(demo_.world.run({"pull"}).out, "pulled first (" + commit_.substr(0, 10) + ")\n");
    EXPECT_FALSE(waits());
    expect_nothing_new("remote");
}

TEST_F(Pull, TakesFromTheClustersCacheWhatTheRemoteLacks) {
    demo_.git.write(".dvc/config",
                    "[core]\n    remote = a\n['remote \"a\"']\n    url = ../store\n");
    baseline_ = demo_.git.commit("A remote");
    ref_ = submission::experiment_ref(baseline_, "first");
    publish();
    expect_overview("remote");
    expect_dvc().returns({0, "", "WARNING: Some cache files do not exist: missing cache files\n"});
    expect_object();
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(fs::exists(demo_.git.path() / ".dvc" / "cache" / object_));
    EXPECT_FALSE(waits());
}

// The fake knows no dvc here: to run it would be an error.
TEST_F(Pull, StartsNoDvcForWhatTheUserHasNotCheckedOut) {
    const std::string import =
        "deps:\n- path: x\n  repo:\n    url: https://example.org/x\nouts: []\n";
    const std::vector<std::vector<std::pair<std::string, std::string>>> hostile = {
        {{".dvc/config", s3_remote + "    profile = other\n"}},
        {{"x.dvc", import}},
        {{"sub/x.dvc", "\"\\x64eps\": []\n"}},
    };
    demo_.git.write(".dvc/config", s3_remote);
    baseline_ = demo_.git.commit("A remote");
    ref_ = submission::experiment_ref(baseline_, "first");
    for (const auto& files : hostile) {
        SCOPED_TRACE(files.front().first);
        publish(files);
        expect_overview("remote");
        expect_no_object();
        const auto outcome = demo_.world.run({"pull"});
        EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
        EXPECT_NE(outcome.err.find("DVC is not asked for the data of first"), std::string::npos)
            << outcome.err;
        demo_.git.git({"update-ref", "-d", ref_});
    }
}

TEST_F(Pull, StartsNoDvcWhereTheProjectNamesAnAwsConfiguration) {
    demo_.git.write(".dvc/config", s3_remote + "    configpath = aws.cfg\n");
    baseline_ = demo_.git.commit("A remote");
    ref_ = submission::experiment_ref(baseline_, "first");
    publish();
    expect_overview("remote");
    expect_object();
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("remote.s3.configpath in .dvc/config can run a program"),
              std::string::npos)
        << outcome.err;
    // The user's own word.
    put_file(demo_.git.path() / ".dvc" / "config.local",
             "['remote \"s3\"']\n    configpath = aws.cfg\n");
    expect_overview("remote"); // the name
    expect_overview("remote");
    expect_dvc();
    EXPECT_EQ(demo_.world.run({"pull", "first"}).code, 0);
}

// Whatever the user has configured for other fetches.
TEST_F(Pull, FetchesWhatItWasToldAlone) {
    publish();
    const auto mirror = (demo_.folder / "there" / "repos" / "project-7f3a9c1d.git").string();
    demo_.git.git({"remote", "add", "origin", mirror});
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"remote.origin.fetch", "+refs/*:refs/*"},
             {"remote.origin.mirror", "true"},
             {"remote.origin.prune", "true"},
             {"remote.origin.pruneTags", "true"},
             {"remote.origin.tagOpt", "--tags"},
             {"fetch.prune", "true"},
             {"fetch.pruneTags", "true"},
             {"fetch.recurseSubmodules", "true"},
             {"submodule.recurse", "true"},
             {"fetch.all", "true"},
             {"fetch.bundleURI", (demo_.folder / "none").string()},
             {"fetch.writeCommitGraph", "true"}})
        demo_.git.git({"config", name, value});
    demo_.git.git({"tag", "mine"});
    demo_.git.git({"update-ref", "refs/exps/00/" + std::string(38, '0') + "/mine", "HEAD"});
    demo_.git.git({"push", "--quiet", mirror, "HEAD:refs/heads/theirs", "HEAD:refs/tags/theirs"});
    demo_.git.git({"config", "remote.origin.url", mirror});
    const auto before = demo_.git.git({"for-each-ref"});
    expect_overview("ssh", "origin");
    expect_half_an_object();
    EXPECT_EQ(demo_.world.run({"pull"}).code, static_cast<int>(Exit::unreachable));
    demo_.git.git({"update-ref", "-d", "refs/rdvc/pull/" + commit_});
    EXPECT_EQ(demo_.git.git({"for-each-ref"}), before);
    EXPECT_FALSE(fs::exists(demo_.git.path() / ".git" / "objects" / "info" / "commit-graphs"));
    EXPECT_FALSE(fs::exists(demo_.git.path() / ".git" / "FETCH_HEAD"));
}

TEST_F(Pull, WorksInNoRepositoryThatLiesInTheProject) {
    const auto bare = demo_.git.path() / "data" / "bare";
    tests::run_program({"git", "init", "--quiet", "--bare", bare.string()});
    put_file(bare / "config",
             "[core]\n    bare = false\n    worktree = .\n    fsmonitor = \"touch ran; false\"\n");
    demo_.world.stand_in(bare);
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::not_ready));
    EXPECT_TRUE(outcome.err.starts_with("error: Git sees this folder as a bare repository\n"))
        << outcome.err;
    EXPECT_FALSE(fs::exists(bare / "ran"));
}

} // namespace
} // namespace rdvc::commands
