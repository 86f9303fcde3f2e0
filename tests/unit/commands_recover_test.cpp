// `rdvc recover` and `rdvc pull --partial`: results that could not be published.

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "ledger/ledger.hpp"
#include "submission/name.hpp"
#include "support/demo_project.hpp"
#include "support/tokens.hpp"

namespace rdvc::commands {
namespace {

namespace fs = std::filesystem;
using base::Exit;
using tests::answers;
using tests::assigned;
using tests::content_of;
using tests::put_file;
using Texts = std::vector<std::string>;
using tests::one;
using tests::two;

class Recover : public ::testing::Test {
  protected:
    Recover() : commit_(demo_.commit_project()) { configure("hpc"); }

    void configure(const std::string& host) {
        demo_.configure("[cluster]\nhost = \"" + host + "\"\n" +
                        (host == "local" ? "" : "username = \"alice\"\n") +
                        "[project]\nid = \"7f3a9c1d\"\n");
        ledger::Ledger(demo_.folder / "home" / ".local" / "state" / "rdvc")
            .intend({.token = one,
                     .time = "2024-03-11T12:00:00Z",
                     .cluster = host == "local" ? host : "alice@" + host,
                     .mirror = "project-7f3a9c1d.git",
                     .name = "first",
                     .commit = commit_,
                     .job = "11",
                     .state = ledger::State::submitted},
                    "#!/bin/bash\n");
    }
    // One request, and what the user sees.
    tests::Outcome recover(const Texts& frames, const Texts& words = {"recover", "11"}) {
        demo_.expect_request().does(answers(frames));
        return demo_.world.run(words);
    }
    [[nodiscard]] Texts published(const Texts& more = {}) const {
        Texts frames = {"name first",
                        "kind experiment",
                        "result state published",
                        "result job 11",
                        "result name first",
                        "result ref " + submission::experiment_ref(commit_, "first"),
                        "result commit " + commit_,
                        "result recovered 5"};
        frames.insert(frames.end(), more.begin(), more.end());
        frames.emplace_back("end");
        return frames;
    }

    tests::DemoProject demo_;
    std::string commit_;
};

TEST_F(Recover, IsOneRequest) {
    const auto outcome = recover(published({"result data ssh"}));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "recovered first (" + commit_.substr(0, 10) + ")\n");
    EXPECT_EQ(outcome.err, "next:  rdvc pull 11\n");
    const auto program = demo_.requests().at(0).input;
    EXPECT_EQ(assigned(program, "token"), one);
    EXPECT_EQ(assigned(program, "action"), "publish");
    for (const auto* part : {"push_ref()", "repair_cache()", "require_kept()", "keep_outputs()"})
        EXPECT_NE(program.find(part), std::string::npos) << part;
}

TEST_F(Recover, TellsThatTheRemoteLacksTheData) {
    demo_.git.write(".dvc/config", "[core]\n    remote = store\n");
    const auto outcome = recover(published({"result data ssh"}));
    EXPECT_NE(outcome.err.find("rdvc pull 11; dvc exp apply first; dvc push"), std::string::npos)
        << outcome.err;
    EXPECT_EQ(recover(published({"result data remote"})).err, "next:  rdvc pull 11\n");
}

TEST_F(Recover, SaysWhyItCannot) {
    struct Case {
        Texts frames;
        Exit code;
        std::string words;
    };
    for (const auto& [frames, code, words] : std::vector<Case>{
             {{"name first", "silent squeue does not answer: no", "end"},
              Exit::unknown,
              "squeue does not answer: no"},
             {{"name first", "live PENDING", "end"}, Exit::failed, "has not ended: pending"},
             {{"name first", "away n1 /tmp/x", "sent 8", "late PENDING Resources", "end"},
              Exit::unknown,
              "the job that brings the workspace from its node has not run yet"},
             {{"name first", "failed no \x1b luck", "end"}, Exit::failed, "no \\x1b luck"},
             {{"name first", "kept /k", "missing model.txt", "missing a b", "end"},
              Exit::failed,
              "  model.txt\n  a b\n  alice@hpc:/k\n\nhint: `rdvc recover --here 11111111`"},
             {{"name first", "kept /k", "bare first", "end"},
              Exit::failed,
              "dvc had not completed"},
             {{"name first", "kept /k", "unreadable m", "end"}, Exit::failed, "mirror is gone"},
             {{"name first", "phase setup", "result state failed", "end"},
              Exit::failed,
              "has nothing to recover: failed"},
             {{"absent submission"}, Exit::failed, "no trace"},
             {{"name first", "end"}, Exit::unknown, "did not say"}}) {
        const auto outcome = recover(frames);
        EXPECT_EQ(outcome.code, static_cast<int>(code)) << outcome.err;
        EXPECT_NE(outcome.err.find(words), std::string::npos) << words << "\n" << outcome.err;
        EXPECT_EQ(outcome.out, "");
    }
}

TEST_F(Recover, IsAgainWhereTheAnswerIsCutOff) {
    const auto outcome = recover({"name first", "put 4"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::unknown));
    EXPECT_NE(outcome.err.find("run the same command again to continue; nothing is lost"),
              std::string::npos)
        << outcome.err;
}

TEST_F(Recover, WithoutASubmissionTakesAllThatCouldNotBePublished) {
    Texts overview = {"dir /home/alice/.rdvc", "time 1000", "squeue ok"};
    const auto tell = [&](const std::string& token, const Texts& lines) {
        overview.push_back("submission " + token);
        for (const auto& line : lines)
            overview.push_back("file " + token + " " + line);
    };
    tell(two, {"claim 2", "phases 1 push"}); // killed while it pushed
    tell("33333333333333333333333333333333", {"result state published"});
    tell("44444444444444444444444444444444", {"claim 2", "phases 1 experiment"});
    tell("not-a-token", {"result state unpublished"});
    tell(one, {"result state unpublished"});
    overview.emplace_back("end");
    demo_.expect_request().does(answers(overview));
    demo_.expect_request().does(answers({"name first", "failed no luck", "end"}));
    const auto outcome = recover(published(), {"recover"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_EQ(outcome.out, "recovered first (" + commit_.substr(0, 10) + ")\n");
    EXPECT_NE(outcome.err.find("error: first could not be recovered"), std::string::npos);
    EXPECT_EQ(assigned(demo_.requests().at(1).input, "token"), one);
    EXPECT_EQ(assigned(demo_.requests().at(2).input, "token"), two);
}

TEST_F(Recover, IsJsonForPrograms) {
    const auto outcome =
        recover({"name first", "kept /k", "missing a", "end"}, {"recover", "11", "--json"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    for (const auto* text : {"\"recovered\": false", "\"missing\": [", "\"kept\": \"/k\""})
        EXPECT_NE(outcome.out.find(text), std::string::npos) << outcome.out;
}

TEST_F(Recover, WantsToKnowWhatToBringHere) {
    EXPECT_EQ(demo_.world.run({"recover", "--here"}).code, static_cast<int>(Exit::usage));
    EXPECT_EQ(demo_.world.run({"recover", "11", "--into", "x"}).code,
              static_cast<int>(Exit::usage));
    put_file(demo_.git.path() / "mine" / "file", "x");
    EXPECT_EQ(demo_.world.run({"recover", "11", "--here", "--into", "mine"}).code,
              static_cast<int>(Exit::usage));
    EXPECT_EQ(content_of(demo_.git.path() / "mine" / "file"), "x");
}

// With a cluster that is this machine: git and rsync are real.
class RecoverHere : public Recover {
  protected:
    RecoverHere() {
        configure("local");
        demo_.runner.pass_through("rsync", demo_.processes);
        fs::create_directories(kept_);
        put_file(place_ / "model.txt", "model");
        fs::create_symlink("/etc/passwd", place_ / "outside");
        const auto git = [this](Texts words) {
            words.insert(words.begin(), {"git", "-C", kept_.string()});
            return tests::run_program(words);
        };
        git({"clone", "--quiet", demo_.git.path().string(), "."});
        experiment_ = base::trim(git({"-c", "user.name=T", "-c", "user.email=t@x", "commit-tree",
                                      "-p", "HEAD", "-m", "x", "HEAD^{tree}"}));
        git({"update-ref", ref(), experiment_});
    }
    [[nodiscard]] std::string ref() const { return submission::experiment_ref(commit_, "first"); }
    [[nodiscard]] Texts there() const {
        return {"name first",
                "rsync there",
                "kept " + kept_.string(),
                "files 2",
                "place " + place_.string(),
                "ref " + ref(),
                "experiment " + experiment_,
                "end"};
    }

    fs::path kept_ = demo_.folder / "kept";
    fs::path place_ = demo_.folder / "record" / ".here";
    std::string experiment_;
};

TEST_F(RecoverHere, BringsTheExperimentAndItsFiles) {
    for (int i = 0; i < 2; ++i) { // the second finds what the first has brought
        const auto outcome = recover(there(), {"recover", "11", "--here"});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_NE(outcome.out.find("brought the experiment as first ("), std::string::npos)
            << outcome.out << outcome.err;
    }
    EXPECT_EQ(base::trim(demo_.git.git({"rev-parse", ref()})), experiment_);
    const auto folder = demo_.git.path() / ".rdvc" / "recovered" / "first";
    EXPECT_EQ(content_of(folder / "model.txt"), "model");
    EXPECT_FALSE(fs::exists(fs::symlink_status(folder / "outside")));
    EXPECT_EQ(demo_.git.git({"status", "--porcelain"}), "");
}

TEST_F(RecoverHere, LeavesAnExperimentOfThatNameAlone) {
    demo_.git.git({"update-ref", ref(), commit_});
    const auto outcome = recover(there(), {"recover", "11", "--here", "--into", "../apart"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(base::trim(demo_.git.git({"rev-parse", ref()})), commit_);
    EXPECT_EQ(base::trim(demo_.git.git({"rev-parse", ref() + "-" + one})), experiment_);
    EXPECT_EQ(content_of(demo_.folder / "apart" / "model.txt"), "model");
}

TEST_F(RecoverHere, LeavesTheNeighboursOfItsFolderAlone) {
    put_file(demo_.folder / "apart.old" / "mine", "x");
    put_file(demo_.folder / "apart.new" / "mine", "x");
    const auto outcome = recover(there(), {"recover", "11", "--here", "--into", "../apart/"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(content_of(demo_.folder / "apart" / "model.txt"), "model");
    EXPECT_EQ(content_of(demo_.folder / "apart.old" / "mine"), "x");
    EXPECT_EQ(content_of(demo_.folder / "apart.new" / "mine"), "x");
}

TEST_F(RecoverHere, TakesNoOtherRefs) {
    auto frames = there();
    std::replace(frames.begin(), frames.end(), "ref " + ref(), std::string("ref refs/heads/main"));
    const auto outcome = recover(frames, {"recover", "11", "--here"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.err.find("the cluster named no valid ref for it"), std::string::npos);
}

// --- pull --partial ---

class Partial : public Recover {
  protected:
    Partial() {
        configure("local");
        demo_.runner.pass_through("rsync", demo_.processes);
        put_file(there_ / "metrics.json", "{\"loss\": 1}");
        put_file(there_ / "deep" / "log", "x");
    }
    [[nodiscard]] Texts overview(const Texts& lines) const {
        Texts frames = {"dir " + dir_.string(),
                        "time 1000",
                        "squeue ok",
                        "submission " + one,
                        "file " + one + " submission name first",
                        "file " + one + " jobid 11"};
        for (const auto& line : lines)
            frames.push_back("file " + one + " " + line);
        frames.emplace_back("end");
        return frames;
    }
    tests::Outcome pull(const Texts& lines, const Texts& look) {
        demo_.expect_request().does(answers(overview(lines)));
        demo_.expect_request().does(answers(look));
        return demo_.world.run({"pull", "--partial"});
    }

    fs::path dir_ = demo_.folder / "rdvc";
    fs::path there_ = dir_ / "jobs" / one / "0" / "partial";
    fs::path here_ = demo_.git.path() / ".rdvc" / "partial" / "first";
};

TEST_F(Partial, ComesIntoAFolderThatGitDoesNotSee) {
    const auto outcome = pull({"result state failed", "result partial 2"}, {"files 2", "end"});
    EXPECT_EQ(outcome.out, "pulled the partial result of first: 2 files in .rdvc/partial/first\n"
                           "  deep/log\n  metrics.json\n")
        << outcome.err;
    EXPECT_EQ(content_of(here_ / "metrics.json"), "{\"loss\": 1}");
    EXPECT_EQ(demo_.git.git({"status", "--porcelain"}), "");
    EXPECT_EQ(assigned(demo_.requests().back().input, "folder"), "partial");
}

TEST_F(Partial, IsReplacedByANewerOne) {
    pull({}, {"files 2", "end"});
    fs::remove(there_ / "deep" / "log");
    put_file(there_ / "metrics.json", "{\"loss\": 0.5}");
    put_file(there_ / ".rdvc-new-x", "half");
    const auto outcome = pull({"claim 1", "phases 1 experiment"}, {"files 1", "end"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(content_of(here_ / "metrics.json"), "{\"loss\": 0.5}");
    EXPECT_FALSE(fs::exists(here_ / "deep"));
    EXPECT_FALSE(fs::exists(here_ / ".rdvc-new-x"));
}

TEST_F(Partial, BringsItsCommit) {
    const auto mirror = dir_ / "repos" / "project-7f3a9c1d.git";
    tests::run_program(
        {"git", "clone", "--quiet", "--bare", demo_.git.path().string(), mirror.string()});
    const auto ref = submission::experiment_ref(commit_, "first-partial");
    tests::run_program({"git", "-C", mirror.string(), "update-ref", ref, commit_});
    const auto outcome =
        pull({"result state failed", "result partial_ref " + ref}, {"absent output"});
    EXPECT_EQ(outcome.out, "pulled first-partial; no files were kept\n") << outcome.err;
    EXPECT_EQ(base::trim(demo_.git.git({"rev-parse", ref})), commit_);
}

// A recovery's values take precedence over the submission's.
TEST_F(Partial, IsNoMatterOfARecoveredResult) {
    demo_.git.write(".dvc/config", "[core]\n    remote = store\n");
    const auto mirror = dir_ / "repos" / "project-7f3a9c1d.git";
    const auto ref = submission::experiment_ref(commit_, "first");
    tests::run_program(
        {"git", "clone", "--quiet", "--bare", demo_.git.path().string(), mirror.string()});
    tests::run_program({"git", "-C", mirror.string(), "update-ref", ref, commit_});
    demo_.expect_request().does(answers(
        overview({"submission data remote", "submission code origin", "result state published",
                  "result name first", "result ref " + ref, "result commit " + commit_,
                  "result data ssh", "result code ssh", "result recovered 5"})));
    const auto outcome = demo_.world.run({"pull", "11"});
    EXPECT_EQ(outcome.out, "pulled first (" + commit_.substr(0, 10) + ")\n") << outcome.err;
}

TEST_F(Partial, ThatIsNotThereIsSaid) {
    auto outcome = pull({"result state failed", "result message no luck"}, {"absent output"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_EQ(outcome.err,
              "error: 11 has no partial result: failed\n  no luck\n\nhint: rdvc logs 11\n");
    outcome = pull({"result state unpublished"}, {"absent output"});
    EXPECT_NE(outcome.err.find("hint: rdvc recover 11"), std::string::npos) << outcome.err;
    EXPECT_FALSE(fs::exists(here_));
}

TEST_F(Partial, GoesNowhereByALinkOrByItsName) {
    fs::create_directories(demo_.git.path() / ".rdvc");
    fs::create_directories(demo_.folder / "elsewhere");
    fs::create_symlink(demo_.folder / "elsewhere", demo_.git.path() / ".rdvc" / "partial");
    const auto outcome = pull({"result state failed"}, {"files 2", "end"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_NE(outcome.err.find("is a symbolic link"), std::string::npos) << outcome.err;
    EXPECT_TRUE(fs::is_empty(demo_.folder / "elsewhere"));
}

} // namespace
} // namespace rdvc::commands
