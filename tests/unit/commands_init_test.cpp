// The list of commands, and the three wizards.

#include <gtest/gtest.h>
#include <unistd.h>

#include "ledger/ledger.hpp"
#include "submission/mirror.hpp"
#include "submission/token.hpp"
#include "support/demo_project.hpp"
#include "support/expect_error.hpp"

namespace rdvc::commands {
namespace {

using base::Exit;
using tests::answers;
using tests::assigned;
using tests::content_of;
using tests::DemoProject;

// --- The list ---

TEST(Dispatch, KnowsItsCommands) {
    DemoProject demo;
    const auto unknown = demo.world.run({"stauts"});
    EXPECT_EQ(unknown.code, static_cast<int>(Exit::usage));
    EXPECT_EQ(unknown.err,
              "error: unknown command `stauts`, did you mean `status`?\n\nhint: rdvc --help\n");
    EXPECT_EQ(demo.world.run({"elephant"}).err,
              "error: unknown command `elephant`\n\nhint: rdvc --help\n");
    EXPECT_EQ(demo.world.run({"--version"}).out, "rdvc " + world::version_and_commit() + "\n");
    EXPECT_EQ(demo.world.run({"-S", "a=b c", "--gpus=1"}).err,
              "error: options come after the command: `-S`\n\n"
              "hint: rdvc run -S 'a=b c' --gpus=1\n");
    EXPECT_EQ(demo.world.run({"--elephant"}).err,
              "error: options come after the command: `--elephant`\n\nhint: rdvc --help\n");
    const auto none = demo.world.run({});
    EXPECT_EQ(none.code, static_cast<int>(Exit::usage));
    EXPECT_EQ(none.out, "");
    EXPECT_EQ(none.err, demo.world.run({"--help"}).out);
}

TEST(Dispatch, NeedsToKnowWhatToInitialise) {
    DemoProject demo;
    const auto none = demo.world.run({"init"});
    EXPECT_EQ(none.code, static_cast<int>(Exit::usage));
    EXPECT_TRUE(
        none.err.starts_with("error: `rdvc init` needs a command: project, global or remote\n"))
        << none.err;
    EXPECT_EQ(demo.world.run({"init", "porject"}).err,
              "error: `rdvc init` has no `porject`, did you mean `project`?\n");
}

// --- init global ---

class Init : public ::testing::Test {
  protected:
    Init() { demo_.commit_project(); }

    [[nodiscard]] std::string user_file() const {
        return content_of(demo_.folder / "home" / ".config" / "rdvc" / "config.toml");
    }
    [[nodiscard]] std::string project_file() const {
        return content_of(demo_.git.path() / ".rdvc" / "config.toml");
    }

    DemoProject demo_;
};

TEST_F(Init, GlobalWritesWhatItIsTold) {
    std::filesystem::remove_all(demo_.folder / "home");
    const auto outcome = demo_.world.run({"init", "global", "-y", "--host=hpc.example.org",
                                          "--username", "alice", "--email=alice@example.org"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(user_file(), "# rdvc's settings of this user; see docs/manual.md\n"
                           "\n[cluster]\nhost = \"hpc.example.org\"\nusername = \"alice\"\n"
                           "\n[run]\nmail-user = \"alice@example.org\"\n");
    EXPECT_EQ(tests::mode_of(demo_.folder / "home" / ".config" / "rdvc" / "config.toml"), 0600U);
}

TEST_F(Init, GlobalKeepsWhatIsThere) {
    const std::string before = "# mine\n[cluster]\nhost = \"old\" # the login node\n"
                               "dir = \"/scratch/alice\"\n[instances.cpu]\nnodes = 1\n";
    demo_.configure(before);
    EXPECT_EQ(demo_.world.run({"init", "global", "-y"}).code, 0);
    EXPECT_EQ(user_file(), before);
    EXPECT_EQ(demo_.world.run({"init", "global", "-y", "--host=new"}).code, 0);
    EXPECT_EQ(user_file(), tests::replaced(before, "\"old\"", "\"new\""));
    const auto again = demo_.world.run({"init", "global", "-y", "--host=new"});
    EXPECT_TRUE(again.err.starts_with("nothing to change in ")) << again.err;
}

TEST_F(Init, GlobalRefusesWhatCannotBe) {
    for (const Words& words :
         {Words{"--host=-oProxyCommand=x"}, Words{"--host=a b"},
          Words{"--host=hpc", "--username=-l"}, Words{"--host=hpc", "--email=a b@c"},
          Words{"--host=hpc", "--email=a\"b@c"}, Words{"--host=hpc", "--email=nobody"}}) {
        Words all = {"init", "global", "-y"};
        all.insert(all.end(), words.begin(), words.end());
        const auto before = user_file();
        EXPECT_EQ(demo_.world.run(all).code, static_cast<int>(Exit::usage)) << words.back();
        EXPECT_EQ(user_file(), before);
    }
    demo_.configure("");
    EXPECT_EQ(demo_.world.run({"init", "global", "-y"}).err,
              "error: --host: a host is needed, e.g. --host=hpc\n");
}

// --- init project ---

TEST_F(Init, ProjectGetsAnIdOnce) {
    demo_.git.write("init_env.sh", "");
    const auto outcome = demo_.world.run({"init", "project", "-y", "--wckey", ""});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const auto file = project_file();
    const std::string id = "id = \"";
    const auto at = file.find(id);
    ASSERT_NE(at, std::string::npos) << file;
    EXPECT_TRUE(submission::is_token(file.substr(at + id.size(), 32))) << file;
    EXPECT_NE(file.find("name = \"project\"\n"), std::string::npos) << file;
    EXPECT_NE(file.find("wckey = \"\"\n"), std::string::npos) << file;
    EXPECT_NE(file.find("setup = \"./init_env.sh\"\n"), std::string::npos) << file;
    EXPECT_EQ(demo_.world.run({"init", "project", "-y"}).code, 0);
    EXPECT_EQ(project_file(), file) << "a second time changes nothing";
}

TEST_F(Init, ProjectWritesThroughNoLink) {
    std::filesystem::create_directories(demo_.git.path() / ".rdvc");
    std::filesystem::create_symlink(demo_.folder / "elsewhere",
                                    demo_.git.path() / ".rdvc" / "config.toml");
    const auto outcome = demo_.world.run({"init", "project", "--yes"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::not_ready)) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(demo_.folder / "elsewhere"));
}

// Earlier submissions stay in every list.
TEST_F(Init, ProjectStaysTheOneThatHasRun) {
    demo_.expect_request().does(answers({"end"})).times(2);
    demo_.world.run({"status"});
    const auto mirror = assigned(demo_.requests().at(0).input, "mirror");
    EXPECT_EQ(demo_.world.run({"init", "project", "-y"}).code, 0);
    demo_.world.run({"status"});
    EXPECT_EQ(assigned(demo_.requests().at(1).input, "mirror"), mirror);
    EXPECT_NE(project_file().find("id = \"" + submission::parts_of(mirror).digits),
              std::string::npos)
        << project_file();
}

// Without a commit or an origin nothing distinguishes it from another project of this name.
TEST_F(Init, ProjectWithoutACommitIsLikeNoOther) {
    const auto id_in = [](const std::string& name) {
        DemoProject demo;
        demo.git.write(".dvc/config", "");
        EXPECT_EQ(demo.world.run({"init", "project", "-y", "--name=" + name}).code, 0);
        const auto file = content_of(demo.git.path() / ".rdvc" / "config.toml");
        return file.substr(file.find("id = \""), 14);
    };
    EXPECT_NE(id_in("a"), id_in("a"));
}

class InitLater : public Init {
  protected:
    void remember(const std::string& mirror) {
        ledger::Record record;
        record.token = submission::make_token();
        record.mirror = mirror;
        record.state = ledger::State::refused;
        ledger::Ledger(demo_.folder / "home" / ".local" / "state" / "rdvc").intend(record, "");
    }
    [[nodiscard]] std::string mirror() {
        demo_.expect_request().does(answers({"end"}));
        demo_.world.run({"status"});
        return assigned(demo_.requests().back().input, "mirror");
    }
};

TEST_F(InitLater, ProjectStaysTheOneThatHasRunBeforeItHadAnOrigin) {
    const auto before = mirror();
    remember(before);
    demo_.git.git({"remote", "add", "origin", "git@github.com:alice/solubility.git"});
    demo_.expect_request().does(answers({"squeue ok", "end"}));
    const auto outcome = demo_.world.run({"status"});
    EXPECT_NE(outcome.err.find("1 submission of this laptop's, when it was `project-"),
              std::string::npos)
        << outcome.err;
    EXPECT_EQ(demo_.world.run({"init", "project", "-y"}).code, 0);
    EXPECT_EQ(mirror(), before);
}

TEST_F(InitLater, ProjectKeepsTheOriginThatItHasRunWith) {
    remember(mirror());
    demo_.git.git({"remote", "add", "origin", "git@github.com:alice/solubility.git"});
    const auto before = mirror();
    remember(before);
    EXPECT_EQ(demo_.world.run({"init", "project", "-y"}).code, 0);
    EXPECT_EQ(mirror(), before);
}

TEST_F(InitLater, ProjectWarnsOfAnotherName) {
    remember(mirror());
    const auto outcome = demo_.world.run({"init", "project", "-y", "--name=other"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.err.find("warning: 1 submission of this project will not be listed under the "
                               "new name: until now it was `project`"),
              std::string::npos)
        << outcome.err;
}

TEST_F(Init, ProjectDefinesTheInstanceThatItsClusterOffers) {
    demo_.expect_request().does(
        answers({"limits nodes cpu|1|idle|4|65536|0/4/0/4|(null)|(null)|t3.xlarge,intel|",
                 "limits nodes single-gpu|1|idle|4|65536|0/4/0/4|gpu:a10g:1|gpu:a10g:0|g5.xlarge|",
                 "end"}));
    EXPECT_EQ(demo_.world.run({"init", "project", "-y", "--instance=g5.xlarge"}).code, 0);
    EXPECT_NE(project_file().find("[instances.\"g5.xlarge\"]\npartition = \"single-gpu\"\n"
                                  "constraint = \"g5.xlarge\"\ngpus = 1\n"),
              std::string::npos)
        << project_file();
}

TEST_F(Init, ProjectRefusesAnInstanceOfNobody) {
    demo_.expect_request().does(
        answers({"limits nodes cpu|1|idle|4|65536|0/4/0/4|(null)|(null)|t3.xlarge|", "end"}));
    const auto outcome = demo_.world.run({"init", "project", "-y", "--instance=t3.xlareg"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::usage));
    EXPECT_TRUE(outcome.err.starts_with(
        "error: --instance: unknown instance `t3.xlareg`, did you mean `t3.xlarge`?"))
        << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(demo_.git.path() / ".rdvc" / "config.toml"));
}

// The file of the first rdvc names an instance that it had built in.
TEST_F(Init, ProjectDefinesTheInstanceThatItsFileNames) {
    demo_.configure_project("[run]\ninstance = \"t3.xlarge\"\nmem = 0\ncpus = 2\n");
    demo_.expect_request().does(answers(
        {"limits nodes all*|1|idle|4|65536|0/4/0/4|gpu:4|gpu:0|t3.xlarge,g5.xlarge|", "end"}));
    const auto outcome = demo_.world.run({"init", "project", "-y"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(
        outcome.err.find(
            "based on the nodes that have the feature `t3.xlarge`:\n  [instances.\"t3.xlarge\"]\n"
            "  partition = \"all\"\n  constraint = \"t3.xlarge\"\n"
            "  (nodes with it have gpu:4; add `gpus = 1` if your jobs need a GPU)\n"),
        std::string::npos)
        << outcome.err;
    EXPECT_NE(project_file().find("[instances.\"t3.xlarge\"]\npartition = \"all\"\n"
                                  "constraint = \"t3.xlarge\"\n"),
              std::string::npos)
        << project_file();
    EXPECT_EQ(project_file().find("gpus"), std::string::npos);
    const auto file = project_file();
    EXPECT_EQ(demo_.world.run({"init", "project", "-y"}).code, 0)
        << "the cluster is not asked again";
    EXPECT_EQ(project_file(), file);
}

TEST_F(Init, ProjectKeepsAnInstanceOfNobodyAndSaysWhatToWrite) {
    demo_.configure("");
    demo_.configure_project("[run]\ninstance = \"t3.xlarge\"\n");
    const auto outcome = demo_.world.run({"init", "project", "-y"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("warning: the instance `t3.xlarge` is not defined\n"),
              std::string::npos)
        << outcome.err;
    EXPECT_NE(outcome.err.find("    [instances.\"t3.xlarge\"]\n    constraint = \"t3.xlarge\"\n"),
              std::string::npos)
        << outcome.err;
    EXPECT_NE(project_file().find("instance = \"t3.xlarge\"\n"), std::string::npos);
}

// Without a cluster, or with one that does not answer, the project's own settings can still be
// made.
TEST_F(Init, ProjectNeedsNoClusterThatAnswers) {
    demo_.configure_project("[run]\ninstance = \"cpu\"\n");
    demo_.expect_request().exits(255, "ssh: connect to host hpc port 22: Connection refused\r\n");
    const auto outcome = demo_.world.run({"init", "project", "-y"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("warning: could not ask the cluster for its nodes: "),
              std::string::npos)
        << outcome.err;
    EXPECT_NE(project_file().find("instance = \"cpu\"\n"), std::string::npos) << project_file();
}

TEST_F(Init, ProjectProposesAnEnvironmentByItsFiles) {
    demo_.git.write("pixi.lock", "dvc");
    const auto outcome = demo_.world.run({"init", "project", "-y"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(project_file().find("[env]\nsetup = \"pixi install --frozen\"\n"
                                  "activate = \"eval \\\"$(pixi shell-hook --frozen)\\\"\"\n"),
              std::string::npos)
        << project_file();
    EXPECT_NE(outcome.err.find("note: conda writes"), std::string::npos) << outcome.err;
    const auto file = project_file();
    EXPECT_EQ(demo_.world.run({"init", "project", "-y"}).code, 0);
    EXPECT_EQ(project_file(), file);
    EXPECT_EQ(demo_.world.run({"init", "project", "-y", "--activate=true"}).code, 0);
    EXPECT_NE(project_file().find("activate = \"true\"\n"), std::string::npos) << project_file();
}

TEST_F(Init, ProjectWritesASetupScriptIfWanted) {
    demo_.git.write("uv.lock", "dvc");
    const auto outcome = demo_.world.run({"init", "project", "-y", "--script"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const auto script = demo_.git.path() / "init_env.sh";
    EXPECT_TRUE(content_of(script).ends_with("\n\nUV_COMPILE_BYTECODE=1 uv sync --frozen\n"));
    EXPECT_EQ(::access(script.c_str(), X_OK), 0);
    EXPECT_NE(project_file().find("setup = \"./init_env.sh\"\n"), std::string::npos);
    EXPECT_NE(outcome.err.find("git add init_env.sh .rdvc/config.toml && "), std::string::npos)
        << outcome.err;
    const auto again = demo_.world.run({"init", "project", "-y", "--script"});
    EXPECT_EQ(again.err, "error: `init_env.sh` exists already\n");
}

TEST_F(Init, ProjectBecomesOneOfDvcIfWanted) {
    std::filesystem::remove_all(demo_.git.path() / ".dvc");
    EXPECT_EQ(demo_.world.run({"init", "project", "-y"}).code, 0);
    EXPECT_FALSE(std::filesystem::exists(demo_.git.path() / ".dvc"));
    const auto outcome = demo_.world.run({"init", "project", "-y", "--dvc"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(content_of(demo_.git.path() / ".dvc" / ".gitignore"),
              "/config.local\n/tmp\n/cache\n");
    EXPECT_NE(outcome.err.find("git add .dvc .dvcignore && "), std::string::npos) << outcome.err;
}

TEST_F(Init, ProjectAsksDvcWhatItsRemoteLacks) {
    demo_.git.write(".dvc/config", "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://b\n");
    const std::vector<std::string> question = {"dvc", "data", "status", "--not-in-remote",
                                               "--json"};
    const auto said = [&] { return demo_.world.run({"init", "project", "-y"}).err; };
    demo_.runner.expect(question).prints("{\"not_in_cache\": [\"m\"], \"not_in_remote\": [\"a\"]}");
    auto err = said();
    EXPECT_NE(err.find("warning: the DVC remote lacks 1 output that this commit refers to:\n  a\n"),
              std::string::npos)
        << err;
    demo_.runner.expect(question).prints("{}");
    err = said();
    EXPECT_EQ(err.find("warning"), std::string::npos) << err;
    demo_.runner.expect(question).exits(255, "ERROR: Unable to locate credentials\n");
    err = said();
    EXPECT_NE(err.find("warning: DVC did not say whether its remote has the data: Unable to locate "
                       "credentials\n"),
              std::string::npos)
        << err;
    demo_.runner.expect(question).prints("no JSON");
    EXPECT_NE(said().find("warning: DVC did not say"), std::string::npos);
}

// The fake knows no dvc here: to run it would be an error.
TEST_F(Init, ProjectAsksNoDvcThatWouldObeyTheProject) {
    demo_.git.write(".dvc/config", "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://b\n"
                                   "    credentialpath = aws.cfg\n");
    const auto outcome = demo_.world.run({"init", "project", "-y"});
    EXPECT_NE(outcome.err.find("remote.s.credentialpath in .dvc/config can run a program"),
              std::string::npos)
        << outcome.err;
}

// --- init remote ---

const std::vector<std::string> found = {
    "bash 5.2.15",
    "git git version 2.39.5",
    "sbatch slurm-wlm 22.05.8",
    "dir /home/alice/.rdvc",
    "mirror /home/alice/.rdvc/repos/project-7f3a9c1d.git",
    "limits nodes cpu|1|idle|4|65536|0/4/0/4|(null)|(null)|(null)|",
    "end"};

TEST_F(Init, RemoteMakesTheGitRemote) {
    demo_.configure_project("[project]\nid = \"7f3a9c1d\"\n");
    demo_.expect_request().does(answers(found)).times(2);
    const auto outcome = demo_.world.run({"init", "remote", "-y"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "mirror"), "project-7f3a9c1d.git");
    EXPECT_EQ(outcome.err.find("wrote "), std::string::npos) << outcome.err;
    const auto url = "ssh://alice@hpc/home/alice/.rdvc/repos/project-7f3a9c1d.git";
    EXPECT_EQ(demo_.git.git({"remote", "get-url", "rdvc"}), url);
    EXPECT_EQ(demo_.git.git({"config", "remote.rdvc.skipFetchAll"}), "true");
    demo_.git.git({"remote", "set-url", "rdvc", "elsewhere"});
    EXPECT_EQ(demo_.world.run({"init", "remote", "-y"}).code, 0);
    EXPECT_EQ(demo_.git.git({"remote", "get-url", "rdvc"}), url) << "a second time repairs it";
}

TEST_F(Init, RemoteFindsOutThatALoginShellIsNeeded) {
    demo_.expect_request().does(answers({"bash 5.2.15", "dir /d", "mirror /d/m.git", "end"}));
    demo_.expect_request().does(answers(found));
    EXPECT_EQ(demo_.world.run({"init", "remote", "-y"}).code, 0);
    const auto requests = demo_.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests.at(1).command.argv.at(requests.at(1).command.argv.size() - 2), "-l");
    EXPECT_NE(user_file().find("login_shell = true\n"), std::string::npos) << user_file();
}

TEST_F(Init, RemoteSaysWhatIsMissing) {
    demo_.expect_request().does(answers({"bash 5.2.15", "git git version 2.39.5", "end"})).times(2);
    const auto before = user_file();
    const auto outcome = demo_.world.run({"init", "remote", "-y"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::not_ready));
    EXPECT_NE(outcome.err.find("error: `alice@hpc` has no `sbatch`\n"), std::string::npos)
        << outcome.err;
    EXPECT_EQ(user_file(), before);
}

TEST_F(Init, RemoteNamesTheRemoteOfANamedCluster) {
    demo_.configure("[clusters.gpu]\nhost = \"hpc\"\nusername = \"alice\"\n");
    demo_.expect_request().does(answers(found));
    EXPECT_EQ(demo_.world.run({"init", "remote", "-y", "--cluster=gpu", "--dir=/scratch/a b"}).code,
              0);
    EXPECT_NE(demo_.git.git({"remote", "get-url", "rdvc-gpu"}), "");
    EXPECT_NE(user_file().find("[clusters.gpu]\nhost = \"hpc\"\nusername = \"alice\"\n"
                               "dir = \"/scratch/a b\"\n"),
              std::string::npos)
        << user_file();
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "rdvc_dir"), "'/scratch/a b'");
}

} // namespace
} // namespace rdvc::commands
