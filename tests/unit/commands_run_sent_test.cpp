// What `rdvc run` sends, and what it does not send again.

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/submit_request.hpp"

namespace rdvc::commands {
namespace {

using tests::answers;
using tests::assigned;
using tests::DemoProject;
using tests::ledger_of;
using tests::received;
using tests::words_of;
using Texts = std::vector<std::string>;
using tests::done;

TEST(Run, SendsOnlyWhatTheMirrorLacks) {
    DemoProject demo;
    const auto first = demo.commit_project();
    demo.expect_request().does(answers({"submitted 1 /d"})).times(3);
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    demo.git.write("params.yaml", "lr: 0.2\n");
    const auto second = demo.git.commit();
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    const auto requests = demo.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_NE(received(requests.at(0).input).packs.at(0), "");
    EXPECT_EQ(received(requests.at(1).input).packs.at(0), "") << "the commit already exists";
    EXPECT_EQ(words_of(requests.at(1).input, "haves"), Texts({first}));
    const auto third = received(requests.at(2).input);
    EXPECT_EQ(words_of(requests.at(2).input, "haves"), Texts({first}));
    EXPECT_EQ(words_of(requests.at(2).input, "tips"), Texts({second}));
    EXPECT_NE(third.packs.at(0), "");
    EXPECT_LT(third.packs.at(0).size(), received(requests.at(0).input).packs.at(0).size());
}

// Only those that run before setup decide what it makes.
TEST(Run, HooksBeforeSetupAndOwnFunctionsDecideTheEnvironment) {
    DemoProject demo;
    demo.commit_project();
    demo.git.write("init_env.sh", "true\n");
    demo.git.write("modules.txt", "cuda/11\n");
    demo.git.commit();
    const std::vector<std::pair<std::string, std::string>> changes = {
        {".rdvc/hooks/before-environment", "module load $(cat modules.txt)\n"},
        {"modules.txt", "cuda/12\n"},
        {".rdvc/hooks/after-environment", "export SEED=1\n"},
        {".rdvc/hooks/after-environment", "export SEED=2\n"},
        {".rdvc/job.sh", "run_program() { exec nice \"$@\"; }\n"},
        {".rdvc/config.toml", "[hooks]\nafter-workspace = \"ulimit -a\"\n"},
        {".rdvc/config.toml", "[hooks]\nafter-publish = \"true\"\n"}};
    demo.expect_request().does(answers({"submitted 1 /d"})).times(static_cast<int>(changes.size()));
    Texts said;
    for (const auto& [path, content] : changes) {
        demo.git.write(path, content);
        const auto outcome = demo.world.run({"run"});
        EXPECT_EQ(outcome.code, done) << outcome.err;
        for (const auto& line : base::lines(outcome.err))
            if (line.starts_with("environment: "))
                said.push_back(line.substr(std::string("environment: ").size()));
    }
    EXPECT_EQ(said, Texts({"the first of this project there", "new, since modules.txt changed",
                           "as in an earlier submission", "as in an earlier submission",
                           "new, since .rdvc/job.sh is new", "new, since after-workspace is new",
                           "as in an earlier submission"}));
}

TEST(Run, SendsWhatDecidesTheEnvironmentOnceAndSaysWhatChanged) {
    DemoProject demo;
    demo.commit_project();
    demo.git.write("init_env.sh", "pip install -r requirements.txt\n");
    demo.git.write("requirements.txt", "dvc\n");
    demo.git.commit();
    demo.expect_request().does(answers({"submitted 1 /d"})).times(4);
    Texts said;
    for (const auto* packages : {"dvc\n", "dvc\n", "dvc\nnumpy\n", "dvc\n"}) {
        demo.git.write("requirements.txt", packages);
        const auto outcome = demo.world.run({"run"});
        EXPECT_EQ(outcome.code, done) << outcome.err;
        for (const auto& line : base::lines(outcome.err))
            if (line.starts_with("environment: "))
                said.push_back(line);
    }
    EXPECT_EQ(said, Texts({"environment: the first of this project there",
                           "environment: as in an earlier submission",
                           "environment: new, since requirements.txt changed",
                           "environment: as in an earlier submission"}));
    const auto requests = demo.requests();
    const auto first = received(requests.at(0).input);
    EXPECT_NE(first.environment.find("\trequirements.txt\n"), std::string::npos);
    EXPECT_EQ(received(requests.at(1).input).environment, "");
    EXPECT_NE(received(requests.at(2).input).environment, "");
    EXPECT_EQ(received(requests.at(3).input).environment, "");
    EXPECT_EQ(assigned(first.program, "environment"),
              assigned(requests.at(3).input, "environment"));
}

// A folder that only this machine has is not a remote for a job.
TEST(Run, SendsDataOverSshWhereTheRemoteIsAPath) {
    const auto data_of = [](const std::string& url, const Texts& words, const Texts& folder) {
        DemoProject demo;
        demo.commit_project();
        demo.git.write(".dvc/config",
                       "[core]\n    remote = a\n['remote \"a\"']\n    url = " + url + "\n");
        demo.git.commit();
        if (!folder.empty())
            demo.expect_request().does(answers(folder));
        demo.expect_request().does(answers({"submitted 1 /d"}));
        Texts run = {"run"};
        run.insert(run.end(), words.begin(), words.end());
        const auto outcome = demo.world.run(run);
        EXPECT_EQ(outcome.code, done) << outcome.err;
        if (!folder.empty()) {
            EXPECT_EQ(assigned(demo.requests().at(0).input, "folder"), "/data");
        }
        return assigned(demo.requests().back().input, "export RDVC_JOB_DATA");
    };
    EXPECT_EQ(data_of("../store", {}, {}), "ssh");
    EXPECT_EQ(data_of("/data", {}, {"end"}), "ssh");
    EXPECT_EQ(data_of("/data", {}, {"there /data", "end"}), "remote");
    EXPECT_EQ(data_of("file:///data", {}, {"there /data", "end"}), "remote");
    EXPECT_EQ(data_of("/data", {"--data=remote"}, {}), "remote");
    EXPECT_EQ(data_of("/data", {"--data=ssh"}, {}), "ssh");
    EXPECT_EQ(data_of("s3://b", {}, {}), "remote");
    DemoProject demo;
    demo.commit_project();
    demo.git.write(".dvc/config", "[core]\n    remote = a\n['remote \"a\"']\n    url = ../store\n");
    demo.git.commit();
    const auto refused = demo.world.run({"run", "--data=remote"});
    EXPECT_NE(
        refused.err.find("error: the default DVC remote is `../store`, a folder on this machine"),
        std::string::npos)
        << refused.err;
}

TEST(Run, SendsAllAgainWhereTheMirrorHasLostIt) {
    DemoProject demo;
    const auto commit = demo.commit_project();
    demo.expect_request().does(answers({"submitted 1 /d"}));
    demo.expect_request().does(answers({"resend the project's mirror lacks earlier commits"}));
    demo.expect_request().does(answers({"received", "submitted 2 /d"}));
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    const auto outcome = demo.world.run({"run"});
    EXPECT_EQ(outcome.code, done) << outcome.err;
    EXPECT_NE(outcome.err.find("the project's mirror lacks earlier commits; sending everything\n"),
              std::string::npos)
        << outcome.err;
    const auto requests = demo.requests();
    ASSERT_EQ(requests.size(), 3U);
    const auto second = received(requests.at(1).input);
    EXPECT_EQ(second.packs.at(0), "");
    EXPECT_EQ(second.functions, "");
    EXPECT_EQ(assigned(second.program, "everything"), "0");
    const auto third = received(requests.at(2).input);
    EXPECT_EQ(third.packs.at(0), received(requests.at(0).input).packs.at(0));
    EXPECT_EQ(third.functions, script::job_functions().text);
    EXPECT_EQ(assigned(third.program, "everything"), "1");
    EXPECT_EQ(words_of(third.program, "tips"), Texts({commit}));
    EXPECT_EQ(words_of(third.program, "haves"), Texts({""}));
    EXPECT_EQ(assigned(requests.at(1).input, "token"), assigned(requests.at(2).input, "token"))
        << "it is one submission";
    ASSERT_EQ(ledger_of(demo).size(), 2U);
    EXPECT_FALSE(ledger_of(demo).at(0).resent);
    EXPECT_TRUE(ledger_of(demo).at(1).resent);
}

// The cluster has them once, whichever mirror is the first.
TEST(Run, SendsTheJobsFunctionsOnce) {
    DemoProject demo;
    demo.commit_project();
    demo.expect_request().does(answers({"refused sbatch 1"}));
    demo.expect_request().does(answers({"submitted 1 /d"})).times(3);
    EXPECT_EQ(demo.world.run({"run"}).code, static_cast<int>(base::Exit::refused));
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    demo.configure("[cluster]\nhost = \"hpc\"\nusername = \"alice\"\n[project]\nid = \"other\"\n");
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    const auto requests = demo.requests();
    ASSERT_EQ(requests.size(), 4U);
    const auto& functions = script::job_functions();
    EXPECT_EQ(received(requests.at(0).input).functions, functions.text);
    EXPECT_EQ(received(requests.at(1).input).functions, functions.text) << "nothing was submitted";
    EXPECT_EQ(received(requests.at(2).input).functions, "");
    EXPECT_EQ(received(requests.at(3).input).functions, "") << "another project, the same cluster";
    EXPECT_NE(received(requests.at(3).input).packs.at(0), "");
    for (const auto& request : requests)
        EXPECT_EQ(assigned(request.input, "functions"), functions.hash);
}

TEST(Run, SendsNoCodeThatTheJobTakesFromOrigin) {
    DemoProject demo;
    demo.commit_project();
    demo.git.git({"clone", "--quiet", "--bare", ".", (demo.folder / "origin.git").string()});
    demo.git.git({"remote", "add", "origin", (demo.folder / "origin.git").string()});
    demo.git.git({"fetch", "--quiet", "origin"});
    demo.expect_request().does(answers({"submitted 1 /d"}));
    EXPECT_EQ(demo.world.run({"run", "--code=origin"}).code, done);
    const auto sent = received(demo.requests().at(0).input);
    EXPECT_TRUE(sent.packs.empty());
    EXPECT_EQ(sent.tags, "");
    EXPECT_EQ(assigned(sent.program, "mirrors"), "()");
    EXPECT_NE(sent.script.find("\nexport RDVC_JOB_CODE=origin\n"), std::string::npos);
    EXPECT_NE(sent.script.find(
                  "\nexport RDVC_JOB_REPO_URL=" + (demo.folder / "origin.git").string() + "\n"),
              std::string::npos);
}

// If compute nodes have no network, the login node builds the environment first.
TEST(Run, LetsTheLoginNodeMakeTheEnvironmentWhereAsked) {
    DemoProject demo;
    demo.commit_project();
    demo.expect_request().does(answers({"submitted 1 /d"})).times(3);
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    demo.world.environment["RDVC_ENV_WHERE"] = "login";
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    demo.world.environment["RDVC_ENV_SETUP"] = "make env";
    EXPECT_EQ(demo.world.run({"run"}).code, done);
    const auto requests = demo.requests();
    EXPECT_EQ(assigned(requests.at(0).input, "on_login"), "''");
    EXPECT_EQ(assigned(requests.at(1).input, "on_login"), "''") << "there is nothing to build";
    EXPECT_EQ(assigned(requests.at(2).input, "on_login"), "environment");
    for (const auto& request : requests)
        EXPECT_EQ(assigned(request.input, "with_job"), "1");
}

} // namespace
} // namespace rdvc::commands
