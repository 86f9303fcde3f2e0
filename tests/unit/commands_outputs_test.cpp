// `rdvc run --cmd`, and `rdvc pull` of its outputs.

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "ledger/ledger.hpp"
#include "support/demo_project.hpp"
#include "support/tokens.hpp"

namespace rdvc::commands {
namespace {

namespace fs = std::filesystem;
using base::Exit;
using tests::answers;
using tests::assigned;
using tests::content_of;
using tests::DemoProject;
using tests::put_file;
using Texts = std::vector<std::string>;
using tests::one;
using tests::two;

// The cluster's answer about a command's submission.
Texts told(const std::string& token, const std::string& name, const Texts& result) {
    Texts lines = {"submission " + token};
    for (const auto& note : {"name " + name, std::string("kind command")})
        lines.push_back("file " + token + " submission " + note);
    lines.push_back("file " + token + " jobid " + token.substr(0, 2));
    for (const auto& line : result)
        lines.push_back("file " + token + " " + line);
    return lines;
}

Texts overview(const std::vector<Texts>& submissions, const Texts& more = {"rsync there"}) {
    Texts lines = {"dir /home/alice/.rdvc", "time 1000", "squeue ok"};
    lines.insert(lines.end(), more.begin(), more.end());
    for (const auto& submission : submissions)
        lines.insert(lines.end(), submission.begin(), submission.end());
    lines.emplace_back("end");
    return lines;
}

const Texts with_output = {"result state done", "result output 1"};

class Outputs : public ::testing::Test {
  protected:
    Outputs() {
        demo_.git.commit("No DVC here");
        for (const auto& token : {one, two})
            remember(token, {"out"});
    }
    // As `rdvc run --cmd --output` records it.
    void remember(const std::string& token, const Texts& folders) const {
        ledger::Ledger(demo_.folder / "home" / ".local" / "state" / "rdvc")
            .conclude({.token = token,
                       .time = "2024-03-11T12:00:00Z",
                       .cluster = "elsewhere",
                       .mirror = "other.git",
                       .name = "x",
                       .commit = {},
                       .job = "1",
                       .state = ledger::State::submitted,
                       .outputs = folders});
    }
    void forget() const {
        fs::remove_all(demo_.folder / "home" / ".local" / "state" / "rdvc" / "ledger.jsonl");
    }

    // rsync that brings this.
    void expect_rsync(const std::function<void(const fs::path&)>& brings, int status = 0) {
        demo_.runner.expect("rsync", tests::starts_with({"rsync"}))
            .does([=](const tests::Call& call) {
                brings(call.command.argv.back());
                return base::Result{status, "", status == 0 ? "" : "rsync: broken pipe\n"};
            });
    }
    [[nodiscard]] fs::path waiting(const std::string& token) const {
        return demo_.git.path() / ".git" / "rdvc" / ("pull-" + token);
    }

    DemoProject demo_;
};

TEST_F(Outputs, ComeByRsyncAndAreMarked) {
    demo_.expect_request().does(answers(
        overview({told(two, "second", with_output),
                  told(one, "first", {"result state done", "result output 1", "pulled 5"})})));
    expect_rsync([](const fs::path& into) { put_file(into / "out" / "file", "x"); });
    demo_.expect_request().does(answers({"end"}));
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "pulled the output of second: 1 file\n");
    EXPECT_EQ(content_of(demo_.git.path() / "out" / "file"), "x");
    EXPECT_FALSE(fs::exists(waiting(two)));
    const auto rsync =
        std::find_if(demo_.runner.calls().begin(), demo_.runner.calls().end(),
                     [](const tests::Call& call) { return call.command.argv.front() == "rsync"; });
    ASSERT_NE(rsync, demo_.runner.calls().end());
    const auto& argv = rsync->command.argv;
    EXPECT_EQ(Texts(argv.end() - 3, argv.end()),
              Texts({"--", "alice@hpc:/home/alice/.rdvc/jobs/" + two + "/0/output/",
                     waiting(two).string() + "/"}));
    for (const auto* option : {"--safe-links", "--inplace", "--protect-args", "--delete"})
        EXPECT_EQ(std::count(argv.begin(), argv.end(), option), 1) << option;
    const auto shell = std::find(argv.begin(), argv.end(), "-e");
    ASSERT_NE(shell, argv.end());
    EXPECT_TRUE((shell + 1)->starts_with("rdvc internal-ssh ssh -T ")) << *(shell + 1);
    const auto mark = demo_.requests().back().input;
    EXPECT_EQ(assigned(mark, "token"), two);
    EXPECT_EQ(assigned(mark, "action"), "pulled");
}

TEST_F(Outputs, AreCopiedWhereTheClusterIsHere) {
    demo_.configure("[cluster]\nhost = \"local\"\n");
    demo_.expect_request().does(answers(overview({told(one, "first", with_output)}, {})));
    expect_rsync([](const fs::path& into) { put_file(into / "out" / "file", "x"); });
    demo_.expect_request().does(answers({"end"}));
    EXPECT_EQ(demo_.world.run({"pull"}).out, "pulled the output of first: 1 file\n");
    const auto argv = demo_.runner.calls().at(1).command.argv;
    EXPECT_EQ(argv.at(argv.size() - 2), "/home/alice/.rdvc/jobs/" + one + "/0/output/");
    EXPECT_EQ(std::count(argv.begin(), argv.end(), "-e"), 0);
}

TEST_F(Outputs, StayWhereATransferBrokeOff) {
    demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
    expect_rsync([](const fs::path& into) { put_file(into / "out" / "file", "par"); }, 12);
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_EQ(outcome.err, "error: rsync could not bring the output\n  rsync: broken pipe\n\n"
                           "hint: `rdvc pull 11` continues\n");
    EXPECT_FALSE(fs::exists(demo_.git.path() / "out"));
    EXPECT_EQ(content_of(waiting(one) / "out" / "file"), "par");
    EXPECT_EQ(demo_.requests().size(), 1U) << "nothing is marked as pulled";
}

// One that cannot be accepted does not block others.
TEST_F(Outputs, ComeWhereAnotherOnesCannot) {
    demo_.git.write("out/file", "mine");
    demo_.expect_request().does(
        answers(overview({told(two, "second", with_output), told(one, "first", with_output)})));
    expect_rsync([](const fs::path& into) { put_file(into / "out" / "file", "theirs"); });
    expect_rsync([](const fs::path& into) { put_file(into / "out" / "other", "x"); });
    demo_.expect_request().does(answers({"end"}));
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_EQ(outcome.out, "pulled the output of second: 1 file\n");
    EXPECT_EQ(outcome.err, "error: a file is here with different content; nothing was changed\n"
                           "  out/file\n\nhint: `rdvc pull --force` replaces what is here\n");
    EXPECT_EQ(content_of(demo_.git.path() / "out" / "file"), "mine");
    EXPECT_EQ(assigned(demo_.requests().back().input, "token"), two);
}

TEST_F(Outputs, AreNotTakenIntoGitsFolder) {
    demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
    expect_rsync([](const fs::path& into) { put_file(into / ".git" / "hooks" / "pre-push", "x"); });
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_NE(outcome.err.find("which is Git's own"), std::string::npos) << outcome.err;
    EXPECT_FALSE(fs::exists(demo_.git.path() / ".git" / "hooks" / "pre-push"));
    EXPECT_EQ(demo_.requests().size(), 1U);
}

// A cluster that was taken over sends more than was requested.
TEST_F(Outputs, AreHeldAgainstTheFoldersOfTheLedger) {
    for (const fs::path path :
         {"json.py", "src/sitecustomize.py", ".envrc", ".dvc/config.local", "outer/x", "Out/x"}) {
        SCOPED_TRACE(path);
        demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
        expect_rsync([&](const fs::path& into) {
            fs::remove_all(into);
            put_file(into / "out" / "file", "x");
            put_file(into / path, "x");
        });
        const auto outcome = demo_.world.run({"pull", "--force"});
        EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
        EXPECT_FALSE(fs::exists(demo_.git.path() / path));
        EXPECT_FALSE(fs::exists(demo_.git.path() / "out"));
    }
    EXPECT_EQ(demo_.requests().size(), 6U) << "nothing is marked as pulled";
}

TEST_F(Outputs, LeaveOutWhatProgramsHereObey) {
    demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
    expect_rsync([](const fs::path& into) {
        put_file(into / "out" / "file", "x");
        put_file(into / "out" / ".dvc" / "config.local", "x");
        put_file(into / "out" / ".VSCode" / "settings.json", "x");
    });
    demo_.expect_request().does(answers({"end"}));
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.out, "pulled the output of first: 1 file\n");
    EXPECT_EQ(
        outcome.err,
        "warning: not accepted, because programs here would obey it: out/.VSCode, out/.dvc\n");
    EXPECT_FALSE(fs::exists(demo_.git.path() / "out" / ".dvc"));
}

TEST_F(Outputs, BringAGuardedNameThatWasTyped) {
    remember(one, {"out/.vscode"});
    demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
    expect_rsync([](const fs::path& into) { put_file(into / "out" / ".vscode" / "x", "x"); });
    demo_.expect_request().does(answers({"end"}));
    EXPECT_EQ(demo_.world.run({"pull"}).out, "pulled the output of first: 1 file\n");
    EXPECT_EQ(content_of(demo_.git.path() / "out" / ".vscode" / "x"), "x");
}

// The cluster's own list of folders must not count.
TEST_F(Outputs, OfAnotherLaptopStayApart) {
    forget();
    const auto apart = demo_.git.path() / ".rdvc" / "outputs" / "first-11111111";
    const auto pull = [&](const Texts& words) {
        demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
        expect_rsync([](const fs::path& into) { put_file(into / "out" / "file", "x"); });
        return demo_.world.run(words);
    };
    const auto outcome = pull({"pull"});
    EXPECT_EQ(outcome.out, "pulled the output of first to .rdvc/outputs/first-11111111\n")
        << outcome.err;
    EXPECT_NE(outcome.err.find("`rdvc pull --output FOLDER 11`"), std::string::npos) << outcome.err;
    EXPECT_EQ(content_of(apart / "out" / "file"), "x");
    EXPECT_FALSE(fs::exists(demo_.git.path() / "out"));
    EXPECT_EQ(demo_.requests().size(), 1U) << "it is not marked as pulled";
    demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
    EXPECT_EQ(demo_.world.run({"pull"}).err, "nothing new to pull\n");
    fs::remove_all(apart);
    fs::remove(demo_.git.path() / ".rdvc" / "outputs" / ".gitignore");
    fs::create_symlink(demo_.folder / "elsewhere",
                       demo_.git.path() / ".rdvc" / "outputs" / ".gitignore");
    EXPECT_EQ(pull({"pull"}).code, static_cast<int>(Exit::failed));
    EXPECT_FALSE(fs::exists(demo_.folder / "elsewhere"));
}

TEST_F(Outputs, OfAnotherLaptopGoWhereTheUserSays) {
    forget();
    const auto pull = [&](const Texts& words) {
        demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
        expect_rsync([](const fs::path& into) { put_file(into / "out" / "file", "x"); });
        demo_.expect_request().does(answers({"end"}));
        return demo_.world.run(words);
    };
    demo_.configure_project("[run]\noutput = [\"out\"]\n");
    EXPECT_EQ(pull({"pull"}).out, "pulled the output of first: 1 file\n");
    demo_.configure_project("");
    fs::remove_all(demo_.git.path() / "out");
    EXPECT_EQ(pull({"pull", "--output=out"}).out, "pulled the output of first: 1 file\n");
}

// The token names a folder here.
TEST_F(Outputs, BelieveNoTokenThatIsAPath) {
    demo_.expect_request().does(answers(overview(
        {told("../../../../../home/x/1111111111", "first", with_output), told("x", "y", {})})));
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "nothing new to pull\n");
}

// One request with a tar stream, in blocks, if a side has no rsync.
class OutputsByTar : public Outputs {
  protected:
    tests::FakeRunner::Action sends(const std::vector<std::string>& tar_words) {
        const auto file = demo_.folder / "sent.tar";
        Texts argv = {"tar", "-P", "-cf", file.string()};
        argv.insert(argv.end(), tar_words.begin(), tar_words.end());
        EXPECT_EQ(demo_.processes.run({.argv = argv}).status, 0);
        const auto bytes = content_of(file);
        const auto half = bytes.size() / 2;
        return answers({"data " + bytes.substr(0, half), "data " + bytes.substr(half), "end"});
    }
    void expect_overview() {
        demo_.runner.pass_through("tar", demo_.processes);
        demo_.expect_request().does(answers(overview({told(one, "first", with_output)}, {})));
    }
};

TEST_F(OutputsByTar, ComeWithoutRsync) {
    expect_overview();
    put_file(demo_.folder / "there" / "out" / "file", "x");
    put_file(waiting(one) / "stale", "of an earlier time");
    fs::permissions(waiting(one).parent_path(), fs::perms::owner_all);
    demo_.expect_request().does(sends({"-C", (demo_.folder / "there").string(), "."}));
    demo_.expect_request().does(answers({"end"}));
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.out, "pulled the output of first: 1 file\n") << outcome.err;
    EXPECT_EQ(content_of(demo_.git.path() / "out" / "file"), "x");
    EXPECT_FALSE(fs::exists(demo_.git.path() / "stale"));
    EXPECT_FALSE(fs::exists(waiting(one).string() + ".tar"));
    EXPECT_EQ(assigned(demo_.requests().at(1).input, "action"), "send");
}

TEST_F(OutputsByTar, ComeWhereRsyncIsTooOld) {
    demo_.runner.pass_through("tar", demo_.processes);
    demo_.expect_request().does(answers(overview({told(one, "first", with_output)})));
    expect_rsync([](const fs::path& into) { put_file(into / "stale", "x"); }, 1);
    put_file(demo_.folder / "there" / "out" / "file", "x");
    demo_.expect_request().does(sends({"-C", (demo_.folder / "there").string(), "."}));
    demo_.expect_request().does(answers({"end"}));
    EXPECT_EQ(demo_.world.run({"pull"}).out, "pulled the output of first: 1 file\n");
    EXPECT_FALSE(fs::exists(demo_.git.path() / "stale"));
}

// rdvc refuses what tar would unpack elsewhere, or puts it where it does no harm.
TEST_F(OutputsByTar, AreNeverUnpackedElsewhere) {
    const auto outside = demo_.folder / "outside";
    put_file(demo_.folder / "there" / "file", "x");
    const auto there = (demo_.folder / "there").string();
    for (const auto& name :
         {outside.string(), std::string("../../../outside"), std::string("../../../../outside"),
          std::string("../../hooks/pre-push"), std::string(".git/hooks/pre-push")}) {
        SCOPED_TRACE(name);
        tests::FakeRunner runner(tests::Order::any);
        for (const auto* program : {"git", "tar"})
            runner.pass_through(program, demo_.processes);
        runner.expect("ssh -G", tests::starts_with({"ssh", "-G"})).any_number();
        const auto asks_for = [](const std::string& what) {
            return [what](const base::Command& command) {
                return tests::is_request(command) &&
                       std::get<std::string>(command.input.front())
                               .find("\naction=" + what + "\n") != std::string::npos;
            };
        };
        runner.expect("tar", asks_for("send"))
            .does(sends({"-C", there, "--transform", "s|^file$|" + name + "|", "file"}));
        runner.expect("mark", asks_for("pulled")).does(answers({"end"})).any_number();
        runner.expect("overview", tests::is_request)
            .does(answers(overview({told(one, "first", with_output)}, {})));
        tests::TestWorld world(runner, demo_.folder / "home", demo_.git.path());
        world.run({"pull"});
        EXPECT_FALSE(fs::exists(outside));
        EXPECT_FALSE(fs::exists(demo_.git.path() / ".git" / "hooks" / "pre-push"));
        EXPECT_FALSE(fs::exists(demo_.git.path() / ".git" / "outside"));
    }
}

TEST_F(Outputs, OfWhatFailedComeOnlyWhereAskedFor) {
    const Texts failed = {"result state failed", "result output 1",
                          "result message the command ended with exit code 3"};
    demo_.expect_request().does(answers(overview({told(one, "first", failed)})));
    EXPECT_EQ(demo_.world.run({"pull"}).err, "nothing new to pull\n");
    demo_.expect_request().does(answers(overview({told(one, "first", failed)}))); // its token
    demo_.expect_request().does(answers(overview({told(one, "first", failed)})));
    expect_rsync([](const fs::path& into) { put_file(into / "out" / "file", "x"); });
    demo_.expect_request().does(answers({"end"}));
    const auto outcome = demo_.world.run({"pull", "first"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.err, "first is failed; this is what it had written until then\n");
}

TEST_F(Outputs, SayWhyThereIsNone) {
    const auto pull = [&](const Texts& result) {
        for (int i = 0; i < 2; ++i)
            demo_.expect_request().does(answers(overview({told(one, "first", result)})));
        return demo_.world.run({"pull", "first"});
    };
    const auto done = pull({"result state done"});
    EXPECT_EQ(done.code, 0);
    EXPECT_EQ(done.err, "first has left no output\n");
    const auto failed = pull({"result state failed", "result message no such file"});
    EXPECT_EQ(failed.code, static_cast<int>(Exit::failed));
    EXPECT_NE(pull({"result state failed", "phases 1 output"}).err.find("still storing it"),
              std::string::npos);
    EXPECT_EQ(failed.err,
              "error: 11 has no output to pull: failed\n  no such file\n\nhint: rdvc status 11\n");
}

// --- run ---

TEST(RunCommand, NeedsNoDvc) {
    DemoProject demo;
    demo.git.write("part/work.sh", "#!/bin/sh\n");
    demo.git.commit();
    demo.world.stand_in(demo.git.path() / "part");
    demo.expect_request().does(answers({"received", "submitted 7 /home/alice/.rdvc"}));
    const auto outcome =
        demo.world.run({"run", "--cmd", "--output=out", "-n", "first", "--", "./work.sh", "a b"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("back:  what is new or changed in part/out\n"), std::string::npos)
        << outcome.err;
    EXPECT_TRUE(outcome.err.ends_with("rdvc wait 7 && rdvc pull 7\n")) << outcome.err;
    const auto input = demo.requests().at(0).input;
    EXPECT_EQ(assigned(input, "RDVC_JOB_COMMAND"), "(./work.sh 'a b')");
    EXPECT_EQ(assigned(input, "RDVC_JOB_OUTPUTS"), "(part/out)");
    const auto written = ledger::Ledger(demo.folder / "home" / ".local" / "state" / "rdvc").read();
    EXPECT_EQ(written.at(0).outputs, Texts({"part/out"}))
        << "what pull will hold its files against";
    EXPECT_EQ(assigned(input, "export RDVC_JOB_SUBDIR"), "part");
    EXPECT_EQ(assigned(input, "export RDVC_JOB_PROJECT_DIR"), "''");
    EXPECT_EQ(assigned(input, "force"), "1") << "any number of commands may have a name";
}

TEST(RunCommand, TakesConfiguredOutputsFromTheProjectsFolder) {
    DemoProject demo;
    demo.commit_project();
    demo.git.write("part/x", "");
    demo.configure_project("[run]\noutput = [\"results\", \"logs\"]\n");
    demo.git.commit();
    demo.world.stand_in(demo.git.path() / "part");
    EXPECT_EQ(
        assigned(demo.world.run({"run", "--cmd", "--dry-run", "--", "x"}).out, "RDVC_JOB_OUTPUTS"),
        "(results logs)");
    EXPECT_EQ(assigned(demo.world.run({"run", "--cmd", "--dry-run", "--output=o", "--", "x"}).out,
                       "RDVC_JOB_OUTPUTS"),
              "(part/o)");
}

TEST(RunCommand, SaysThatNothingComesBack) {
    DemoProject demo;
    demo.git.commit();
    const auto outcome = demo.world.run({"run", "--cmd", "--dry-run", "--", "true"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("back:  only the log (no --output, and no run.output)\n"),
              std::string::npos)
        << outcome.err;
    EXPECT_EQ(outcome.err.find("setup command"), std::string::npos) << outcome.err;
    EXPECT_EQ(demo.world.run({"run", "--dry-run"}).code, static_cast<int>(Exit::not_ready))
        << "an experiment needs a DVC project";
}

} // namespace
} // namespace rdvc::commands
