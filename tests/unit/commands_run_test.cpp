#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "ledger/ledger.hpp"
#include "script/embedded.hpp"
#include "submission/name.hpp"
#include "submission/token.hpp"
#include "support/submit_request.hpp"

namespace rdvc::commands {
namespace {

using tests::answers;
using tests::assigned;
using tests::Call;
using tests::DemoProject;
using tests::ledger_of;
using tests::received;
using tests::words_of;
using Texts = std::vector<std::string>;
using tests::done;

// --- A submission ---

TEST(Run, IsOneExecutionOfSsh) {
    DemoProject demo;
    const auto commit = demo.commit_project();
    demo.git.git({"tag", "v1"});
    demo.expect_request().does(answers({"received", "submitted 1234 /home/alice/.rdvc"}));
    const auto outcome = demo.world.run({"run", "--partition=gpu", "-n", "first", "-S", "lr=0.2"});
    EXPECT_EQ(outcome.code, done) << outcome.err;
    EXPECT_EQ(outcome.out, "submitted first as job 1234 on alice@hpc\n");

    ASSERT_EQ(demo.runner.calls().size(), 2U) << "`ssh -G` and one execution";
    const auto& call = demo.runner.calls().back();
    const std::vector<std::string> end = {"-l", "alice", "--", "hpc", "bash", "-s"};
    ASSERT_GT(call.command.argv.size(), end.size());
    EXPECT_TRUE(std::equal(end.rbegin(), end.rend(), call.command.argv.rbegin()))
        << base::join(call.command.argv, " ");
    EXPECT_EQ(static_cast<int>(call.command.effect), static_cast<int>(base::Effect::changes));

    const auto sent = received(call.input);
    const auto token = assigned(sent.program, "token");
    EXPECT_TRUE(submission::is_token(token)) << token;
    EXPECT_EQ(assigned(sent.program, "nonce"), token);
    EXPECT_EQ(assigned(sent.program, "attempt"), "1");
    EXPECT_EQ(words_of(sent.program, "tips"), Texts({commit}));
    EXPECT_EQ(words_of(sent.program, "mirrors").size(), 1U);
    EXPECT_EQ(assigned(sent.program, "experiment_ref"),
              submission::experiment_ref(commit, "first"));
    EXPECT_EQ(assigned(sent.program, "force"), "0");
    EXPECT_EQ(assigned(sent.program, "everything"), "0");
    EXPECT_EQ(words_of(sent.program, "haves"), Texts({""}));
    EXPECT_EQ(words_of(sent.program, "boundaries"), Texts({""}));
    EXPECT_EQ(assigned(sent.program, "functions"), script::job_functions().hash);
    EXPECT_EQ(assigned(sent.program, "rdvc_dir"), "'~/.rdvc'");
    EXPECT_NE(sent.program.find(script::embedded_without_comments("login/lib/common.sh")),
              std::string::npos);

    EXPECT_TRUE(sent.script.starts_with("#!/bin/bash\n"));
    EXPECT_NE(sent.script.find("\n#SBATCH --partition=gpu\n"), std::string::npos);
    EXPECT_NE(sent.script.find("\n#SBATCH --comment=rdvc:" + token + "\n"), std::string::npos);
    EXPECT_NE(sent.script.find("\nexport RDVC_JOB_REPO_REV=" + commit + "\n"), std::string::npos);
    EXPECT_NE(sent.script.find("\nRDVC_JOB_EXP_RUN_OPTIONS=(-S lr=0.2)\n"), std::string::npos);
    const auto notes = tests::value_of(sent.program, "notes");
    EXPECT_TRUE(notes.starts_with("token " + token + "\nname first\n")) << notes;
    EXPECT_NE(notes.find("\ncommand rdvc run --partition=gpu -n first -S lr=0.2\n"),
              std::string::npos)
        << notes;
    EXPECT_EQ(sent.tags, commit + " v1\n");
    EXPECT_EQ(sent.functions, script::job_functions().text);
    ASSERT_EQ(sent.packs.size(), 1U);
    EXPECT_TRUE(sent.packs.at(0).starts_with("PACK"));

    const auto records = ledger_of(demo);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records.at(0).token, token);
    EXPECT_EQ(records.at(0).job, "1234");
    EXPECT_EQ(records.at(0).name, "first");
    EXPECT_EQ(records.at(0).commit, commit);
    EXPECT_EQ(records.at(0).cluster, "alice@hpc");
    EXPECT_EQ(records.at(0).state, ledger::State::submitted);
    EXPECT_EQ(tests::content_of(demo.folder / "home" / ".local" / "state" / "rdvc" / "submissions" /
                                token / "job.sh"),
              sent.script);
}

// The intent is on disk before ssh starts: a crash after that leaves no unknown job.
TEST(Run, WritesItsIntentDownFirst) {
    DemoProject demo;
    demo.commit_project();
    std::vector<ledger::Record> before;
    demo.expect_request().does([&](const Call& call) {
        before = ledger_of(demo);
        return answers({"submitted 1 /d"})(call);
    });
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    ASSERT_EQ(before.size(), 1U);
    EXPECT_EQ(before[0].state, ledger::State::intent);
    EXPECT_EQ(before[0].token, assigned(demo.requests().at(0).input, "token"));
}

TEST(Run, KnowsWhereTheUserStands) {
    DemoProject demo;
    demo.git.write("models/net/.dvc/config", "");
    demo.git.write("models/net/init_env.sh", "");
    demo.git.write("models/net/reports/dvc.yaml", "");
    demo.git.commit();
    demo.world.stand_in(demo.git.path() / "models" / "net" / "reports");
    demo.expect_request().does(answers({"submitted 1 /d"}));
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    const auto sent = received(demo.requests().at(0).input);
    for (const std::string line :
         {"RDVC_JOB_PROJECT_DIR=models/net", "RDVC_JOB_SUBDIR=models/net/reports",
          "RDVC_JOB_ENV_SETUP=./init_env.sh", "RDVC_JOB_ENV_ACTIVATE='source .venv/bin/activate'",
          "RDVC_JOB_REPO_NAME=project"})
        EXPECT_NE(sent.script.find("\nexport " + line + "\n"), std::string::npos) << line;
}

// The file that `init project` has just written must not be in the way.
TEST(Run, TakesItsOwnUncommittedConfiguration) {
    DemoProject demo;
    demo.commit_project();
    demo.configure_project("[project]\nid = \"7f3a9c1d00000000\"\nname = \"demo\"\n");
    demo.expect_request().does(answers({"submitted 1 /d"}));
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    EXPECT_EQ(words_of(demo.requests().at(0).input, "mirrors"), Texts({"demo-7f3a9c1d.git"}));
}

// sbatch's variables on the login node would override the script's lines.
TEST(Run, UnsetsWhatWouldContradict) {
    DemoProject demo;
    demo.commit_project();
    demo.expect_request().does(answers({"unset SBATCH_TIMELIMIT=5", "submitted 1 /d"}));
    const auto outcome = demo.world.run({"run", "--time=1:00:00", "--hint=nomultithread"});
    EXPECT_EQ(outcome.code, done);
    EXPECT_NE(outcome.err.find("warning: the login node sets SBATCH_TIMELIMIT=5; it is ignored\n"),
              std::string::npos)
        << outcome.err;
    auto list = assigned(demo.requests().at(0).input, "unset_variables");
    ASSERT_TRUE(list.starts_with("(") && list.ends_with(")")) << list;
    const auto variables = base::words(list.substr(1, list.size() - 2));
    for (const auto* name :
         {"SBATCH_TIMELIMIT", "SBATCH_WCKEY", "SBATCH_JOB_NAME", "SBATCH_COMMENT", "SBATCH_OUTPUT",
          "SBATCH_ERROR", "SBATCH_ARRAY_INX", "SBATCH_OPEN_MODE", "SBATCH_WAIT", "SBATCH_CLUSTERS",
          "SLURM_CLUSTERS", "SBATCH_HINT", "SLURM_HINT"})
        EXPECT_NE(std::find(variables.begin(), variables.end(), name), variables.end()) << name;
    EXPECT_EQ(std::find(variables.begin(), variables.end(), "SBATCH_PARTITION"), variables.end())
        << "nobody gave one, so the login node's stays";
}

TEST(Run, PassesOnWhatSbatchSays) {
    DemoProject demo;
    demo.commit_project();
    demo.expect_request().does(
        answers({"err sbatch: warning: \033[1mmaintenance\033[0m on Monday", "submitted 1 /d"}));
    const auto outcome = demo.world.run({"run"});
    EXPECT_EQ(outcome.code, done);
    EXPECT_NE(outcome.err.find("sbatch: sbatch: warning: \\x1b[1mmaintenance\\x1b[0m on Monday\n"),
              std::string::npos)
        << outcome.err;
}

// --- Forms of the answer ---

TEST(Run, AnswersAsAsked) {
    DemoProject demo;
    const auto commit = demo.commit_project();
    demo.expect_request().does(answers({"submitted 1234 /d"})).times(3);
    const auto quiet = demo.world.run({"run", "-q"});
    EXPECT_EQ(quiet.out, "1234\n");
    EXPECT_EQ(quiet.err, "");
    const auto json = demo.world.run({"run", "--json", "-n", "first"});
    const auto token = assigned(demo.requests().at(1).input, "token");
    EXPECT_EQ(json.out, R"({"cluster":"alice@hpc","commit":")" + commit +
                            R"(","job":"1234","name":"first","token":")" + token + "\"}\n");
    const auto plain = demo.world.run({"run"});
    EXPECT_NE(
        plain.err.find("next:  rdvc logs -f 1234    rdvc status    rdvc wait 1234 && rdvc pull "
                       "1234\n"),
        std::string::npos)
        << plain.err;
}

TEST(Run, TouchesNoClusterInADryRun) {
    DemoProject demo;
    demo.commit_project();
    const auto outcome = demo.world.run({"run", "--dry-run", "--gpus=2"});
    EXPECT_EQ(outcome.code, done);
    EXPECT_TRUE(outcome.out.starts_with("#!/bin/bash\n"));
    EXPECT_NE(outcome.out.find("\n#SBATCH --gpus=2\n"), std::string::npos);
    EXPECT_TRUE(outcome.err.ends_with("nothing was submitted (--dry-run)\n")) << outcome.err;
    EXPECT_TRUE(demo.runner.calls().empty());
    EXPECT_TRUE(ledger_of(demo).empty());
}

TEST(Run, TellsInADryRunOfTheDataThatIsNeeded) {
    DemoProject demo;
    demo.git.write(".dvc/config", "");
    demo.git.write("dvc.yaml", "stages:\n  train:\n    cmd: ./train\n    deps: [data.txt]\n");
    demo.git.write("data.txt.dvc",
                   "outs:\n- md5: 9a0364b9e99bb480dd25e1f0284c8555\n  size: 7\n  hash: md5\n"
                   "  path: data.txt\n");
    demo.git.write(".gitignore", "/data.txt\n");
    demo.git.commit("Add data");
    demo.git.write("data.txt", "content");
    const auto outcome = demo.world.run({"run", "--dry-run"});
    EXPECT_EQ(outcome.code, done) << outcome.err;
    EXPECT_NE(outcome.err.find("data: 1 object, 7 B; what the cluster lacks of it is sent\n"),
              std::string::npos)
        << outcome.err;
    EXPECT_TRUE(demo.runner.calls().empty());
}

// A dry run prints what a run sends, except for the token.
TEST(Run, ShowsInADryRunWhatItWouldSend) {
    DemoProject demo;
    demo.commit_project();
    const std::vector<std::string> words = {"run", "--gpus=2",  "-n",   "first",
                                            "-S",  "lr='x, y'", "train"};
    auto dry = words;
    dry.emplace_back("--dry-run");
    const auto shown = demo.world.run(dry).out;
    demo.expect_request().does(answers({"submitted 1 /d"}));
    EXPECT_EQ(demo.world.run(words).code, done);
    const auto token = assigned(demo.requests().at(0).input, "token");
    const std::string mark = "RDVC_JOB_TOKEN=";
    const auto dry_token = shown.substr(shown.find(mark) + mark.size(), token.size());
    EXPECT_EQ(tests::replaced(shown, dry_token, token),
              received(demo.requests().at(0).input).script);
}

TEST(Run, NeedsNothingForHelp) {
    DemoProject demo;
    demo.configure("this is no TOML");
    const auto outcome = demo.world.run({"run", "--help"});
    EXPECT_EQ(outcome.code, done);
    EXPECT_TRUE(outcome.out.starts_with("usage: rdvc run [OPTIONS] [TARGETS]\n")) << outcome.out;
}

// --- What stays in the ledger ---

struct Ending {
    tests::FakeRunner::Action action;
    ledger::State state;
    base::Exit code;
};

TEST(Run, WritesDownHowItEnded) {
    const auto ssh_says = [](int status, const std::string& words) {
        return [=](const Call&) { return base::Result{status, "", words}; };
    };
    const std::vector<Ending> endings = {
        {answers({"received", "submitted 1 /d"}), ledger::State::submitted, base::Exit::done},
        // the job exists, whatever happens to the connection afterwards
        {answers({"received", "submitted 1 /d"}, 255,
                 "client_loop: send disconnect: Broken pipe\r\n"),
         ledger::State::submitted, base::Exit::done},
        {answers({"received", "err no", "refused sbatch 1"}), ledger::State::refused,
         base::Exit::refused},
        {answers({"refused program sbatch"}), ledger::State::refused, base::Exit::not_ready},
        {ssh_says(255, "ssh: connect to host hpc port 22: Connection refused\r\n"),
         ledger::State::refused, base::Exit::unreachable},
        {ssh_says(255, "Read from remote host hpc: Connection timed out\r\n"),
         ledger::State::unconfirmed, base::Exit::unknown},
        {answers({"received"}, 255, "Connection to hpc closed by remote host.\r\n"),
         ledger::State::unconfirmed, base::Exit::unknown},
        {answers({"received"}), ledger::State::unconfirmed, base::Exit::unknown},
        {answers({"received", "unknown a job took the claim"}), ledger::State::unconfirmed,
         base::Exit::unknown},
        {ssh_says(0, ""), ledger::State::unconfirmed, base::Exit::unknown},
        {ssh_says(130, ""), ledger::State::unconfirmed, base::Exit::unknown},
    };
    for (const auto& ending : endings) {
        DemoProject demo;
        demo.commit_project();
        demo.expect_request().does(ending.action);
        const auto outcome = demo.world.run({"run"});
        EXPECT_EQ(outcome.code, static_cast<int>(ending.code)) << outcome.err;
        const auto records = ledger_of(demo);
        ASSERT_EQ(records.size(), 1U) << outcome.err;
        EXPECT_EQ(static_cast<int>(records.at(0).state), static_cast<int>(ending.state))
            << outcome.err;
    }
}

TEST(Run, KnowsThatNothingStartedWithoutBash) {
    for (const int status : {126, 127}) {
        DemoProject demo;
        demo.commit_project();
        demo.expect_request().exits(status, "tcsh: bash: Command not found.\n");
        const auto outcome = demo.world.run({"run"});
        EXPECT_EQ(outcome.code, static_cast<int>(base::Exit::not_ready)) << outcome.err;
        EXPECT_NE(outcome.err.find("Command not found"), std::string::npos) << outcome.err;
        EXPECT_EQ(static_cast<int>(ledger_of(demo).at(0).state),
                  static_cast<int>(ledger::State::refused));
    }
}

TEST(Run, WritesNothingDownForAHostThatCannotBe) {
    for (const std::string option : {"", "--dry-run"}) {
        DemoProject demo;
        demo.commit_project();
        demo.configure("[cluster]\nhost = \"-oProxyCommand=x\"\n");
        Words words = {"run"};
        if (!option.empty())
            words.push_back(option);
        EXPECT_EQ(demo.world.run(words).code, static_cast<int>(base::Exit::configuration));
        EXPECT_TRUE(ledger_of(demo).empty());
    }
}

// Another request's answer on the same stream (e.g. a shared banner) is not ours.
TEST(Run, BelievesNoAnswerWithoutItsToken) {
    DemoProject demo;
    demo.commit_project();
    demo.expect_request().does([](const Call&) {
        return base::Result{0, "@rdvc:0123456789abcdef0123456789abcdef submitted 1 /d\n", ""};
    });
    EXPECT_EQ(demo.world.run({"run"}).code, static_cast<int>(base::Exit::unknown));
}

} // namespace
} // namespace rdvc::commands
