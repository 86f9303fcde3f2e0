// status, wait, logs, show and pull: what they ask, and how they use the answers.

#include <algorithm>

#include <gtest/gtest.h>

#include "ledger/ledger.hpp"
#include "submission/name.hpp"
#include "support/demo_project.hpp"
#include "support/submit_request.hpp"
#include "support/tokens.hpp"

namespace rdvc::commands {
namespace {

using base::Exit;
using tests::answers;
using tests::assigned;
using tests::DemoProject;
using tests::one;
using tests::three;
using tests::two;

// The cluster's answer about three submissions: published, running, waiting.
std::vector<std::string> overview(const std::string& ref = "", const std::string& commit = "") {
    return {"dir /home/alice/.rdvc",
            "time 1000",
            "job 13|PENDING|Priority|2024-03-11T12:00:00|/x/job.sh|rdvc:" + three,
            "job 12|RUNNING|None|2024-03-11T12:00:00|/x/job.sh|rdvc:" + two + " nightly",
            "job 99|RUNNING|None|N/A|/x/job.sh|somebody's",
            "squeue ok",
            "submission " + three,
            "file " + three + " submission name third",
            "file " + three + " jobid 13",
            "file " + three + " sbatch.exit 0",
            "submission " + two,
            "file " + two + " submission name second",
            "file " + two + " jobid 12",
            "file " + two + " sbatch.exit 0",
            "file " + two + " claim 12",
            "file " + two + " phases 900.5 workspace",
            "file " + two + " phases 940.25 experiment",
            "submission " + one,
            "file " + one + " submission name first",
            "file " + one + " submission command rdvc run -n first",
            "file " + one + " submission code ssh",
            "file " + one + " submission mirror project-7f3a9c1d.git",
            "file " + one + " jobid 11",
            "file " + one + " sbatch.exit 0",
            "file " + one + " claim 11",
            "file " + one + " phases 100 workspace",
            "file " + one + " phases 110.5 experiment",
            "file " + one + " phases 120 end",
            "file " + one + " result state published",
            "file " + one + " result phase publish",
            "file " + one + " result exit 0",
            "file " + one + " result node n1",
            "file " + one + " result name first",
            "file " + one + " result ref " + ref,
            "file " + one + " result commit " + commit,
            "end"};
}

class Query : public ::testing::Test {
  protected:
    Query() : commit_(demo_.commit_project()) {
        demo_.configure("[cluster]\nhost = \"hpc\"\nusername = \"alice\"\n"
                        "[project]\nid = \"7f3a9c1d\"\n");
    }

    void remember(const std::string& token, const std::string& name, const std::string& job,
                  ledger::State state) {
        state_.intend({.token = token,
                       .time = "2024-03-11T12:00:00Z",
                       .cluster = "alice@hpc",
                       .mirror = "project-7f3a9c1d.git",
                       .name = name,
                       .commit = commit_,
                       .job = job,
                       .state = state,
                       .dir = "~/.rdvc"},
                      "#!/bin/bash\n# " + name + "\n");
    }

    DemoProject demo_;
    std::string commit_;
    ledger::Ledger state_{demo_.folder / "home" / ".local" / "state" / "rdvc"};
};

// --- status ---

TEST_F(Query, StatusIsATable) {
    demo_.expect_request().does(answers(overview()));
    const auto outcome = demo_.world.run({"status"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out,
              "EXPERIMENT  JOB  STATE      PHASE             TIME/LIMIT  NODE  DETAIL\n"
              "third       13   pending                                        waits for jobs of "
              "higher priority\n"
              "second      12   running    experiment, 60 s  99 s              \n"
              "first       11   published                    20 s        n1    \n");
    EXPECT_EQ(outcome.err, "");
    const auto input = demo_.requests().at(0).input;
    EXPECT_EQ(assigned(input, "mirror"), "project-7f3a9c1d.git");
    EXPECT_EQ(assigned(input, "limit"), "20");
    EXPECT_EQ(assigned(input, "only"), "''");
}

// A list of what was known; not knowing is no success.
TEST_F(Query, StatusFallsBackToWhatItWasTold) {
    remember(two, "second", "12", ledger::State::submitted);
    remember(one, "first", "11", ledger::State::submitted);
    auto frames = overview();
    for (auto& frame : frames)
        if (frame.starts_with("submission "))
            frame += " 1234";
    demo_.expect_request().does(answers(frames));
    demo_.world.run({"status"});
    demo_.expect_request().exits(255, "ssh: connect to host hpc port 22: Connection refused\r\n");
    const auto away = demo_.world.run({"status"});
    EXPECT_EQ(away.code, static_cast<int>(Exit::unreachable));
    EXPECT_NE(away.out.find("first       11   published"), std::string::npos) << away.out;
    EXPECT_NE(away.out.find("second      12   unknown"), std::string::npos) << away.out;
    EXPECT_EQ(
        away.err,
        "warning: cannot connect to `alice@hpc`: ssh: connect to host hpc port 22: Connection "
        "refused\n"
        "alice@hpc was not asked: this is what it had told this laptop before\n");
    const auto offline = demo_.world.run({"status", "--offline"});
    EXPECT_EQ(offline.code, 0);
    EXPECT_EQ(offline.out, away.out);
    demo_.expect_request().exits(255, "ssh: connect to host hpc port 22: Connection refused\r\n");
    const auto json = demo_.world.run({"status", "--json"});
    EXPECT_EQ(json.code, static_cast<int>(Exit::unreachable)) << "programs get no old answer";
    EXPECT_EQ(json.out, "");
    const auto one_of_them = demo_.world.run({"status", "--offline", "first"});
    EXPECT_EQ(one_of_them.code, 0) << one_of_them.err;
    EXPECT_TRUE(one_of_them.out.starts_with("experiment   first\n")) << one_of_them.out;
    EXPECT_NE(one_of_them.err.find("hpc was not asked"), std::string::npos) << one_of_them.err;
    EXPECT_EQ(demo_.world.run({"status", "--offline", "frist"}).err,
              "error: this laptop knows no submission `frist` of this project, did you mean "
              "`first`?\n\nhint: `rdvc status --offline` lists those that it knows\n");
}

TEST_F(Query, StatusOfAllAsksEachClusterForAllProjects) {
    demo_.configure("[cluster]\nhost = \"hpc\"\nusername = \"alice\"\n"
                    "[clusters.big]\nhost = \"big\"\nusername = \"bob\"\n");
    demo_.runner.expect({"ssh", "-G", "-T", "-l", "bob", "--", "big"}).any_number();
    demo_.expect_request().does(answers(overview()));
    demo_.expect_request().does(answers({"dir /d", "time 1000", "squeue ok", "submission " + one,
                                         "file " + one + " submission name other",
                                         "file " + one + " submission mirror else-7f3a9c1d.git",
                                         "file " + one + " result state done", "end"}));
    const auto outcome = demo_.world.run({"status", "--all"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("alice@hpc  project  first       11   published"), std::string::npos)
        << outcome.out;
    EXPECT_NE(outcome.out.find("bob@big    else     other       -    done"), std::string::npos)
        << outcome.out;
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "mirror"), "''");
}

TEST_F(Query, StatusTellsAllOfOneSubmission) {
    remember(one, "first", "11", ledger::State::submitted);
    auto frames = overview();
    demo_.expect_request().does(answers(frames));
    const auto outcome = demo_.world.run({"status", "first"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "only"), one);
    for (const std::string& line : std::vector<std::string>{
             "experiment   first", "state        published", "job          11", "node         n1",
             "command      rdvc run -n first", "phases       workspace       10.50 s",
             "             experiment       9.50 s",
             "log          alice@hpc:/home/alice/.rdvc/submissions/" + one + "/slurm-11.out"})
        EXPECT_NE(("\n" + outcome.out).find("\n" + line + "\n"), std::string::npos) << line << "\n"
                                                                                    << outcome.out;
}

TEST_F(Query, EachCommandSettlesWhatIsOpen) {
    const std::string four(32, '4');
    const std::string six(32, '6');
    remember(four, "fourth", "", ledger::State::unconfirmed);
    remember(std::string(32, '5'), "fifth", "", ledger::State::refused);
    remember(two, "second", "", ledger::State::unconfirmed); // the cluster has it after all
    remember(six, "sixth", "", ledger::State::intent);
    auto frames = overview();
    frames.insert(frames.begin(), {"outcome " + four + " refused sbatch was not called",
                                   "outcome " + two + " submitted 12",
                                   "outcome " + six + " unknown sbatch has not answered yet",
                                   "outcome " + three + " refused of another laptop"});
    demo_.expect_request().does(answers(frames));
    const auto outcome = demo_.world.run({"status"});
    EXPECT_EQ(outcome.err,
              "fourth of 2024-03-11T12:00:00Z was not submitted, and will not be: sbatch was not "
              "called; next:  rdvc retry 44444444\n"
              "second of 2024-03-11T12:00:00Z was submitted, as job 12\n"
              "it is not known yet whether sixth of 2024-03-11T12:00:00Z was submitted: sbatch has "
              "not answered yet\n");
    EXPECT_NE(outcome.out.find("second      12   running"), std::string::npos) << outcome.out;
    const auto input = demo_.requests().at(0).input;
    EXPECT_EQ(
        tests::words_of(input, "open"),
        (std::vector<std::string>{four, "project-7f3a9c1d.git", "fourth", "2024-03-11T12:00:00Z", //
                                  two, "project-7f3a9c1d.git", "second", "2024-03-11T12:00:00Z",  //
                                  six, "project-7f3a9c1d.git", "sixth", "2024-03-11T12:00:00Z"}));
    const auto records = state_.read();
    EXPECT_EQ(records.at(0).state, ledger::State::refused);
    EXPECT_EQ(records.at(2).state, ledger::State::submitted) << "it is written down";
    EXPECT_EQ(records.at(2).job, "12");
    EXPECT_EQ(records.at(3).state, ledger::State::intent);
}

TEST_F(Query, AJobsIdComesBeforeATokenThatBeginsSo) {
    remember(std::string(32, '1'), "first", "12", ledger::State::submitted);
    remember(two, "second", "1111", ledger::State::submitted);
    remember("1111" + std::string(28, '3'), "third", "13", ledger::State::submitted);
    const auto outcome = demo_.world.run({"show", "1111"});
    EXPECT_EQ(outcome.out, "#!/bin/bash\n# second\n");
}

TEST_F(Query, AJobsIdStaysWithItsSubmissionAfterARetry) {
    remember(one, "first", "11", ledger::State::submitted);
    remember(one, "first", "12", ledger::State::submitted);
    EXPECT_EQ(demo_.world.run({"show", "11"}).out, "#!/bin/bash\n# first\n");
}

TEST_F(Query, TakesNoneOfSeveralTokensThatBeginSo) {
    remember("11112222" + std::string(24, '1'), "first", "12", ledger::State::submitted);
    remember("11113333" + std::string(24, '1'), "second", "13", ledger::State::submitted);
    for (const auto* command : {"cancel", "show", "wait", "logs", "pull", "retry", "recover"}) {
        const auto outcome = demo_.world.run({command, "1111"});
        EXPECT_EQ(outcome.code, static_cast<int>(Exit::usage)) << command;
        EXPECT_NE(outcome.err.find("several tokens begin with `1111`"), std::string::npos)
            << outcome.err;
    }
    EXPECT_TRUE(demo_.requests().empty());
    EXPECT_EQ(demo_.world.run({"show", "11113"}).out, "#!/bin/bash\n# second\n");
}

// A living process may still send it.
TEST_F(Query, WhatIsBeingSubmittedIsLeftToItsProcess) {
    remember(two, "second", "", ledger::State::intent);
    const auto held = state_.hold(two);
    ASSERT_NE(held, nullptr);
    demo_.expect_request().does(answers(overview()));
    demo_.world.run({"status"});
    EXPECT_EQ(("\n" + demo_.requests().at(0).input).find("\nopen="), std::string::npos);
}

TEST_F(Query, StatusCallsNothingFinishedWhereSqueueIsSilent) {
    auto frames = overview();
    std::erase_if(frames, [](const std::string& frame) { return frame.starts_with("job "); });
    std::replace(frames.begin(), frames.end(), std::string("squeue ok"),
                 std::string("squeue slurm_load_jobs error: connect failure"));
    demo_.expect_request().does(answers(frames));
    const auto outcome = demo_.world.run({"status"});
    EXPECT_EQ(outcome.err,
              "warning: squeue does not answer: slurm_load_jobs error: connect failure\n");
    EXPECT_NE(outcome.out.find("second      12   unknown"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("third       13   unknown"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("first       11   published"), std::string::npos) << outcome.out;
}

TEST_F(Query, StatusTellsHowToRecoverWhatWasNotPublished) {
    remember(one, "first", "11", ledger::State::submitted);
    const auto unpublished = [](const std::string& commit) {
        auto frames = overview();
        std::replace(frames.begin(), frames.end(), "file " + one + " result state published",
                     "file " + one + " result state unpublished");
        frames.insert(frames.end() - 1,
                      "file " + one + " result kept /home/alice/.rdvc/jobs/x/project");
        if (!commit.empty())
            frames.insert(frames.end() - 1, "file " + one + " submission commit " + commit);
        return frames;
    };
    demo_.expect_request().does(answers(unpublished(commit_)));
    const auto outcome = demo_.world.run({"status", "11"});
    for (const std::string text :
         {"kept         /home/alice/.rdvc/jobs/x/project\n", "\nnext: rdvc recover 11\n"})
        EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
    // An incomplete record does not stop the answer.
    demo_.expect_request().does(answers(unpublished("")));
    EXPECT_NO_THROW(demo_.world.run({"status", "11"}));
}

TEST_F(Query, StatusIsJsonForPrograms) {
    demo_.expect_request().does(answers(overview("refs/exps/ab/cdef/first", "abcdef")));
    const auto outcome = demo_.world.run({"status", "--json", "--limit", "3"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "limit"), "3");
    for (const std::string& text : std::vector<std::string>{
             "\"token\": \"" + one + "\"", std::string("\"ref\": \"refs/exps/ab/cdef/first\""),
             std::string("\"state\": \"running\""), std::string("\"start\": 940.25"),
             std::string("\"detail\": \"waits for jobs of higher priority\"")})
        EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
}

TEST_F(Query, StatusSaysThatThereIsNothing) {
    demo_.expect_request().does(answers({"dir /d", "time 1", "squeue ok", "end"}));
    const auto outcome = demo_.world.run({"status"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "this project has no submission on alice@hpc\n");
}

TEST_F(Query, AnAnswerThatIsCutOffIsUnknown) {
    auto frames = overview();
    frames.resize(frames.size() / 2);
    demo_.expect_request().does(
        answers(frames, 255, "Connection to hpc closed by remote host.\r\n"));
    const auto outcome = demo_.world.run({"status"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::unknown));
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "error: the answer from `alice@hpc` is not complete\n"
                           "  Connection to hpc closed by remote host.\n");
}

TEST_F(Query, ARefusalIsPassedOn) {
    demo_.expect_request().does(answers({"refused dir cannot make /scratch/x"}));
    const auto outcome = demo_.world.run({"status"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::not_ready));
    EXPECT_EQ(outcome.err, "error: cannot make /scratch/x\n");
}

// --- Naming a submission ---

TEST_F(Query, ASubmissionIsNamedByTokenJobOrName) {
    remember(one, "first", "11", ledger::State::submitted);
    remember(two, "second", "12", ledger::State::submitted);
    remember(three, "third", "", ledger::State::refused);
    const std::vector<std::pair<std::string, std::string>> cases = {
        {one, one}, {"1111", one}, {"11", one}, {"first", one}, {"second", two}, {"", two}};
    for (const auto& [word, token] : cases) {
        Words words = {"show"};
        if (!word.empty())
            words.push_back(word);
        const auto outcome = demo_.world.run(words);
        EXPECT_EQ(outcome.out,
                  std::string("#!/bin/bash\n# ") + (token == one ? "first" : "second") + "\n")
            << word;
    }
    EXPECT_TRUE(demo_.runner.calls().empty()) << "this laptop knows them all";
}

// Another laptop sent it: the cluster knows.
TEST_F(Query, TheClusterIsAskedForWhatThisLaptopDidNotSend) {
    demo_.expect_request().does(answers(overview()));
    demo_.expect_request().does(answers({"data #!/bin/bash\n", "end"}));
    const auto outcome = demo_.world.run({"show", "second"});
    EXPECT_EQ(outcome.out, "#!/bin/bash\n");
    EXPECT_EQ(assigned(demo_.requests().at(1).input, "token"), two);
    EXPECT_EQ(assigned(demo_.requests().at(1).input, "file"), "job.sh");
}

TEST_F(Query, ANameOfNothingIsRefused) {
    demo_.expect_request().does(answers(overview()));
    const auto outcome = demo_.world.run({"logs", "sixth"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::usage));
    EXPECT_EQ(outcome.err, "error: no submission of this project is `sixth`\n\n"
                           "hint: `rdvc status` lists them\n");
}

// --- logs ---

TEST_F(Query, LogsAreBytesAsTheyAre) {
    remember(one, "first", "11", ledger::State::submitted);
    const std::string log("caf\xe9 \x1b[31mred\x1b[0m\n@rdvc: no frame\n\0end", 37);
    demo_.expect_request().does(answers({"data " + log, "end"}));
    const auto outcome = demo_.world.run({"logs", "first"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, log);
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "file"), "log");
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "follow"), "0");
}

TEST_F(Query, LogsOfTheLastLinesGoOnWhereTheConnectionWasLost) {
    remember(one, "first", "11", ledger::State::submitted);
    demo_.expect_request().does(answers({"offset 1000", "data epoch 9\n"}, 255));
    demo_.expect_request().does(answers({"data epoch 10\n", "end"}));
    const auto outcome = demo_.world.run({"logs", "-f", "--tail=1"});
    EXPECT_EQ(outcome.out, "epoch 9\nepoch 10\n");
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "tail"), "-n1");
    EXPECT_EQ(assigned(demo_.requests().at(1).input, "tail"), "''");
    EXPECT_EQ(assigned(demo_.requests().at(1).input, "offset"), "1008");
}

TEST_F(Query, LogsSinceATimeBeginWhereTheClusterSays) {
    remember(one, "first", "11", ledger::State::submitted);
    demo_.expect_request().does(answers({"offset 1000", "data epoch 9\n", "end"}));
    EXPECT_EQ(demo_.world.run({"logs", "--since=10m"}).out, "epoch 9\n");
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "tail"), "'since -600'");
    demo_.expect_request().does(answers({"offset 1000", "end"}));
    EXPECT_EQ(demo_.world.run({"logs", "--since=1m"}).err,
              "nothing has been written to the log since then\n");
    EXPECT_TRUE(
        demo_.world.run({"logs", "--since="})
            .err.starts_with("error: `--since` needs a time\n  10m, 2h, 3d: so long ago\n"));
    EXPECT_EQ(demo_.world.run({"logs", "--since=noon"}).err,
              "error: `--since` does not understand `noon`\n  10m, 2h, 3d: so long ago\n"
              "  14:20: the last time that it was 14:20\n  2026-11-30, 2026-11-30T14:20\n");
    EXPECT_EQ(demo_.world.run({"logs", "--since=1m", "-n2"}).code, static_cast<int>(Exit::usage));
}

TEST_F(Query, LogsOfAnErrorAreItsSurroundings) {
    remember(one, "first", "11", ledger::State::submitted);
    const std::string began = "=== rdvc experiment: dvc exp run (2024)\n";
    const std::string end = "ValueError: no\nrdvc: error: the experiment failed\n";
    std::string log = "=== rdvc workspace: clone (2024)\n" + began;
    for (int i = 0; i < 11; ++i)
        log += "epoch\n";
    demo_.expect_request().does(answers({"data " + log + end, "end"}));
    const auto failed = demo_.world.run({"logs", "first", "--errors"});
    EXPECT_EQ(failed.code, 0) << failed.err;
    EXPECT_TRUE(failed.out.starts_with(began + "...\nepoch\n")) << failed.out;
    EXPECT_TRUE(failed.out.ends_with(end)) << failed.out;
    demo_.expect_request().does(answers({"data " + log, "end"}));
    const auto good = demo_.world.run({"logs", "first", "--errors"});
    EXPECT_EQ(good.code, 0);
    EXPECT_EQ(good.out + good.err, "no failure is in the log\n");
    EXPECT_EQ(demo_.world.run({"logs", "--errors", "-f"}).code, static_cast<int>(Exit::usage));
}

TEST_F(Query, LogsOfAJobThatWaitsSayWhy) {
    remember(one, "first", "11", ledger::State::submitted);
    demo_.expect_request().does(answers({"pending Priority", "absent file"}));
    EXPECT_EQ(demo_.world.run({"logs", "first"}).err,
              "error: there is no log yet\n  the job waits for jobs of higher priority\n\n"
              "hint: `rdvc why` says more; `rdvc logs -f` waits for the log\n");
    demo_.expect_request().does(answers({"absent file gone"}));
    EXPECT_EQ(demo_.world.run({"logs", "first"}).err,
              "error: there is no log: the job ended before it started\n\n"
              "hint: rdvc why 11111111\n");
}

// --- wait ---

TEST_F(Query, WaitEndsWithTheResult) {
    remember(one, "first", "11", ledger::State::submitted);
    const std::vector<std::string> published = {
        "phase workspace",      "phase experiment",  "alive",         "result state published",
        "result phase publish", "result name first", "result job 11", "end"};
    demo_.expect_request().does(answers(published));
    const auto good = demo_.world.run({"wait", "first"});
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_EQ(good.out, "");
    EXPECT_TRUE(good.err.starts_with("phase: workspace\nphase: experiment\n")) << good.err;
    EXPECT_EQ(tests::words_of(demo_.requests().at(0).input, "tokens"), std::vector{one});

    demo_.expect_request().does(answers(
        {"result state failed", "result phase experiment", "result job 11",
         "result message the experiment failed: dvc exp run ended with exit code 3", "end"}));
    const auto bad = demo_.world.run({"wait", "first"});
    EXPECT_EQ(bad.code, static_cast<int>(Exit::experiment_failed));
    EXPECT_EQ(bad.err, "error: failed in phase experiment\n"
                       "  the experiment failed: dvc exp run ended with exit code 3\n\n"
                       "hint: rdvc logs 11\n");
}

// DVC's message comes before its exit code, which is 255 whatever happened.
TEST_F(Query, FailureIsToldInTheProgramsOwnWords) {
    remember(one, "first", "11", ledger::State::submitted);
    const std::string said = "said Running stage 'train':\t> ./train\tValueError: no molecule\t"
                             "ERROR: failed to reproduce 'train': failed to run: ./train, exited "
                             "with 1\t";
    const std::string reason = "failed to reproduce 'train': failed to run: ./train, exited with "
                               "1: ValueError: no molecule";
    demo_.expect_request().does(answers(
        {"result state failed", "result phase experiment", "result job 11", "result cause stage",
         "result message the experiment failed: dvc exp run ended with exit code 255",
         "result " + said, "end"}));
    EXPECT_EQ(demo_.world.run({"wait", "first"}).err,
              "error: failed in phase experiment\n  " + reason + "\n\nhint: rdvc logs 11\n");

    const auto file = "file " + one;
    demo_.expect_request().does(
        answers({"time 1000", "squeue ok", "submission " + one, file + " result state failed",
                 file + " result phase environment", file + " result cause setup",
                 file + " result message the setup command failed with exit code 1",
                 file + " result said ERROR: No matching distribution found for foo\t", "end"}));
    const auto status = demo_.world.run({"status", "--json"}).out;
    EXPECT_NE(status.find("the setup command failed with exit code 1: No matching distribution "
                          "found for foo"),
              std::string::npos)
        << status;
}

TEST_F(Query, LogsEndWithTheReasonOfAFailure) {
    remember(one, "first", "11", ledger::State::submitted);
    const std::string log = "=== rdvc experiment: dvc exp run (2024)\n"
                            "ERROR: 'nosuch' does not exist as an output\n"
                            "rdvc: error: the experiment failed: dvc exp run ended with exit code "
                            "255\n";
    demo_.expect_request().does(answers({"data " + log, "end"}));
    const auto outcome = demo_.world.run({"logs", "first"});
    EXPECT_EQ(outcome.out, log);
    EXPECT_EQ(outcome.err, "the job failed: 'nosuch' does not exist as an output\n");
}

TEST_F(Query, WaitForSeveralIsOneRequestAndAsksAtTheEndHowTheyAre) {
    remember(one, "first", "11", ledger::State::submitted);
    remember(two, "second", "12", ledger::State::submitted);
    demo_.expect_request().does(answers({"alive", "ended " + one, "ended " + three}, 255));
    demo_.expect_request().does(answers({"ended " + two, "end"}));
    demo_.expect_request().does(
        answers({"dir /d", "time 1000", "squeue ok", "submission " + one,
                 "file " + one + " result state published", "submission " + two,
                 "file " + two + " submission name second", "file " + two + " jobid 12",
                 "file " + two + " claim 12", "file " + two + " result state failed",
                 "file " + two + " result phase experiment",
                 "file " + two + " result message it broke", "end"}));
    const auto outcome = demo_.world.run({"wait", "first", "second"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::experiment_failed));
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "first has ended (1 of 2)\n"
                           "the connection was lost, the job continues; connecting again\n"
                           "second has ended (2 of 2)\n"
                           "first: published; next:  rdvc pull 11111111\n"
                           "second: failed in phase experiment: it broke; next:  rdvc logs 12\n"
                           "error: 1 of 2 ended without a result\n");
    const auto input = demo_.requests().at(0).input;
    EXPECT_EQ(tests::words_of(input, "tokens"), (std::vector{one, two}));
    EXPECT_EQ(assigned(input, "any"), "0");
    EXPECT_EQ(tests::words_of(demo_.requests().at(1).input, "tokens"), (std::vector{two}));
    EXPECT_EQ(assigned(demo_.requests().at(2).input, "only"), "$'" + one + "\\n" + two + "'");
}

TEST_F(Query, WaitForAnyPrintsTheFirst) {
    remember(one, "first", "11", ledger::State::submitted);
    remember(two, "second", "12", ledger::State::submitted);
    demo_.expect_request().does(answers({"ended " + one, "end"}));
    demo_.expect_request().does(answers({"dir /d", "time 1000", "squeue ok", "submission " + one,
                                         "file " + one + " result state done", "end"}));
    demo_.runner.expect({"notify-send", "first", "done"});
    const auto outcome =
        demo_.world.run({"wait", "--any", "--notify-with=notify-send", "first", "second"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "first\n");
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "any"), "1");
}

TEST_F(Query, WaitTellsOfAJobThatIsGone) {
    remember(two, "second", "12", ledger::State::submitted);
    demo_.expect_request().does(answers({"gone"}));
    demo_.expect_request().does(answers(
        {"dir /d", "time 1000", "squeue ok", "submission " + two, "file " + two + " jobid 12",
         "file " + two + " sbatch.exit 0", "file " + two + " claim 12", "end"}));
    const auto outcome = demo_.world.run({"wait", "second"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::experiment_failed));
    EXPECT_EQ(outcome.err, "error: the job ended: lost\n"
                           "  the job ended without a result; see its log; next: rdvc retry 12\n\n"
                           "hint: rdvc retry 12\n");
}

// A lost connection says nothing about the job.
TEST_F(Query, WaitConnectsAgainAfterALostConnection) {
    remember(one, "first", "11", ledger::State::submitted);
    demo_.expect_request().does(
        answers({"phase experiment"}, 255, "Timeout, server hpc not responding.\r\n"));
    demo_.expect_request().does(
        answers({"result state published", "result name first", "result job 11", "end"}));
    const auto outcome = demo_.world.run({"wait"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("the connection was lost, the job continues; connecting again\n"),
              std::string::npos)
        << outcome.err;
}

// What the cluster names becomes part of paths and URLs here.
TEST_F(Query, TakesNoTokenThatIsAPath) {
    demo_.expect_request().does(
        answers({"dir /d", "time 1000", "squeue ok", "submission ../../x", "file ../../x jobid 12",
                 "submission " + one, "file " + one + " jobid 11", "end"}));
    const auto outcome = demo_.world.run({"status", "--json"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out.find("../../x"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find(one), std::string::npos) << outcome.out;
}

TEST_F(Query, TakesNoFolderThatNamesAnotherHost) {
    demo_.expect_request().does(answers({"dir @elsewhere/d", "time 1000", "squeue ok", "end"}));
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_NE(outcome.err.find("the cluster's answer does not name rdvc's folder"),
              std::string::npos)
        << outcome.err;
}

// Nothing there says whether its job is gone.
TEST_F(Query, DoesNotRetryWhereItWasNotSubmitted) {
    state_.intend({.token = one,
                   .time = "2024-03-11T12:00:00Z",
                   .cluster = "alice@hpc",
                   .mirror = "project-7f3a9c1d.git",
                   .name = "first",
                   .commit = commit_,
                   .job = "11",
                   .state = ledger::State::submitted,
                   .dir = "/elsewhere",
                   .words = {"-n", "first"}},
                  "#!/bin/bash\n");
    const auto outcome = demo_.world.run({"retry", "first"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::configuration));
    EXPECT_NE(outcome.err.find("first was submitted in /elsewhere"), std::string::npos)
        << outcome.err;
    EXPECT_TRUE(demo_.requests().empty());
}

TEST_F(Query, LogsGoOnWhereTheConnectionWasLost) {
    remember(one, "first", "11", ledger::State::submitted);
    demo_.expect_request().does(answers({"data epoch 1\nepo"}, 255));
    demo_.expect_request().does(answers({"data ch 2\n", "end"}));
    const auto outcome = demo_.world.run({"logs", "-f"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "epoch 1\nepoch 2\n");
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "offset"), "0");
    EXPECT_EQ(assigned(demo_.requests().at(1).input, "offset"), "11");
}

TEST_F(Query, TheNewestIsWhatWasRetriedLast) {
    remember(one, "first", "11", ledger::State::submitted);
    remember(two, "second", "12", ledger::State::submitted);
    remember(one, "first", "13", ledger::State::submitted);
    demo_.expect_request().does(answers({"data again\n", "end"}));
    EXPECT_EQ(demo_.world.run({"logs"}).out, "again\n");
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "token"), one);
    const auto listed = demo_.world.run({"status", "--offline"}).out;
    EXPECT_LT(listed.find("first"), listed.find("second")) << listed;
}

// If the cluster has never answered, there is no reason to try for long.
TEST_F(Query, WaitGivesUpWhereTheClusterWasNeverThere) {
    remember(one, "first", "11", ledger::State::submitted);
    demo_.expect_request().exits(255, "ssh: connect to host hpc port 22: Connection refused\r\n");
    EXPECT_EQ(demo_.world.run({"wait"}).code, static_cast<int>(Exit::unreachable));
    demo_.expect_request().exits(255, "client_loop: send disconnect: Broken pipe\r\n");
    EXPECT_EQ(demo_.world.run({"wait"}).code, static_cast<int>(Exit::unknown));
}

// --- pull ---

bool is_fetch(const base::Command& command) {
    return command.argv.front() == "git" &&
           std::count(command.argv.begin(), command.argv.end(), "fetch") == 1;
}

// `rdvc pull WORDS` with this overview; git is real, but a fetch only makes the ref that it is
// asked for.
class OnePull {
  public:
    OnePull(tests::DemoProject& demo, std::vector<std::string> overview, const std::string& commit)
        : world_(runner, demo.folder / "home", demo.git.path()) {
        runner.expect("git fetch", is_fetch)
            .does([&demo, commit](const tests::Call& call) {
                const auto& spec = call.command.argv.back();
                demo.git.git({"update-ref", spec.substr(spec.find(':') + 1), commit});
                return base::Result{};
            })
            .any_number();
        runner.expect("the rest of git", tests::starts_with({"git"}))
            .does([this](const tests::Call& call) { return processes_.run(call.command); })
            .any_number();
        runner.expect({"ssh", "-G", "-T", "-l", "alice", "--", "hpc"}).any_number();
        runner.expect("the overview", tests::is_request).does(answers(std::move(overview)));
    }
    tests::Outcome run(const Words& words) { return world_.run(words); }

    tests::FakeRunner runner{tests::Order::any};

  private:
    base::ProcessRunner processes_;
    tests::TestWorld world_;
};

TEST_F(Query, PullFetchesTheRefFromTheMirror) {
    remember(one, "first", "11", ledger::State::submitted);
    const auto ref = submission::experiment_ref(commit_, "first");
    OnePull pull(demo_, overview(ref, commit_), commit_);
    const auto& runner = pull.runner;
    const auto outcome = pull.run({"pull", "first"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "pulled first (" + commit_.substr(0, 10) + ")\n");

    const auto fetch =
        std::find_if(runner.calls().begin(), runner.calls().end(),
                     [&](const tests::Call& call) { return is_fetch(call.command); });
    ASSERT_NE(fetch, runner.calls().end());
    const Words end = {"--", "ssh://alice@hpc/home/alice/.rdvc/repos/project-7f3a9c1d.git",
                       "+" + ref + ":refs/rdvc/pull/" + commit_}; // until its data has come
    const auto& argv = fetch->command.argv;
    EXPECT_TRUE(argv.size() > end.size() && std::equal(end.rbegin(), end.rend(), argv.rbegin()))
        << base::quote_all(argv);
    ASSERT_EQ(fetch->command.environment.size(), 2U);
    EXPECT_EQ(fetch->command.environment[0].first, "GIT_SSH_COMMAND");
    EXPECT_TRUE(fetch->command.environment[0].second.starts_with("rdvc internal-ssh ssh -T "))
        << fetch->command.environment[0].second;
    EXPECT_EQ(fetch->command.environment[1].first, "GIT_SSH_VARIANT");
}

// With -f: the mirror has what was published last, although it was submitted first.
TEST_F(Query, PullOfOneNameBringsWhatWasPublishedLast) {
    const auto ref = submission::experiment_ref(commit_, "first");
    const auto published = [&](const std::string& token, const std::string& commit,
                               const std::string& end, const std::string& hook) {
        return std::vector<std::string>{"submission " + token,
                                        "file " + token + " submission name first",
                                        "file " + token + " submission code ssh",
                                        "file " + token + " submission mirror project-7f3a9c1d.git",
                                        "file " + token + " jobid 1",
                                        "file " + token + " sbatch.exit 0",
                                        "file " + token + " claim 1",
                                        "file " + token + " phases 100 experiment",
                                        "file " + token + " phases " + end + " publish",
                                        "file " + token + " phases " + hook + " end",
                                        "file " + token + " result state published",
                                        "file " + token + " result phase publish",
                                        "file " + token + " result exit 0",
                                        "file " + token + " result name first",
                                        "file " + token + " result ref " + ref,
                                        "file " + token + " result commit " + commit};
    };
    std::vector<std::string> list = {"dir /home/alice/.rdvc", "time 1000", "squeue ok"};
    for (const auto& lines : {published(two, std::string(40, 'a'), "120.5", "190"),
                              published(one, commit_, "120.75", "121")})
        list.insert(list.end(), lines.begin(), lines.end());
    list.emplace_back("end");
    const auto outcome = OnePull(demo_, list, commit_).run({"pull"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "pulled first (" + commit_.substr(0, 10) + ")\n");
}

// A list tells less of a sweep's tasks: not their refs.
TEST_F(Query, PullOfTwoAsksForAllOfBoth) {
    remember(one, "first", "11", ledger::State::submitted);
    remember(two, "second", "12", ledger::State::submitted);
    demo_.expect_request().does(answers({"dir /d", "time 1", "squeue ok", "end"}));
    demo_.world.run({"pull", "first", "second"});
    EXPECT_EQ(tests::words_of(demo_.requests().at(0).input, "only"), Words{one + "\n" + two});
}

TEST_F(Query, PullRefusesWhatHasNoResult) {
    remember(two, "second", "12", ledger::State::submitted);
    demo_.expect_request().does(answers(overview()));
    const auto outcome = demo_.world.run({"pull", "second"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_EQ(outcome.err, "error: 12 has no result to pull: running\n\nhint: rdvc wait 12\n");
}

// Text from the cluster becomes an argument of git; anything but an experiment's ref must not.
TEST_F(Query, PullTakesNoOtherRefs) {
    remember(one, "first", "11", ledger::State::submitted);
    for (const std::string ref : {"refs/heads/main", "--upload-pack=x", "+refs/exps/a/b/c", ""}) {
        SCOPED_TRACE(ref);
        demo_.expect_request().does(answers(overview(ref, "c0ffee")));
        const auto outcome = demo_.world.run({"pull", "first"});
        EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed)) << outcome.err;
        EXPECT_EQ(outcome.err.find("git fetch"), std::string::npos) << outcome.err;
    }
}

TEST_F(Query, PullSaysThatThereIsNothingNew) {
    demo_.expect_request().does(answers({"dir /d", "time 1", "squeue ok", "end"}));
    const auto outcome = demo_.world.run({"pull"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.err, "nothing new to pull\n");
}

} // namespace
} // namespace rdvc::commands
