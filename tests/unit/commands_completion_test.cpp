// `rdvc complete`: what a shell is told, without git, ssh or DVC.

#include <gtest/gtest.h>

#include "commands/command.hpp"
#include "completion/shells.hpp"
#include "ledger/ledger.hpp"
#include "support/fake_runner.hpp"
#include "support/folder.hpp"
#include "support/world.hpp"

namespace rdvc::commands {
namespace {

class Complete : public ::testing::Test {
  protected:
    Complete() : world_(runner_, folder_ / "home", folder_ / "project") {
        tests::put_file(folder_ / "project" / ".dvc" / "config",
                        "[hydra]\n    enabled = True\n    config_dir = config\n");
        tests::put_file(folder_ / "project" / ".rdvc" / "config.toml",
                        "[instances.big]\nmem = 1\n");
        tests::put_file(folder_ / "project" / "params.yaml", "lr: 0.1\nmodel:\n  depth: 3\n");
        tests::put_file(folder_ / "project" / "config" / "model" / "mlp.yaml", "");
        tests::put_file(folder_ / "project" / "config" / "main.yaml", "");
        tests::put_file(folder_ / "home" / ".config" / "rdvc" / "config.toml",
                        "[clusters.hpc]\nhost = \"hpc\"\n");
        ledger::Ledger ledger(folder_ / "home" / ".local" / "state" / "rdvc");
        for (const auto* job : {"1", "2"})
            ledger.intend({std::string(8, *job), "2026-11-30T10:00:00Z", "hpc", "x-01234567.git",
                           std::string("exp-") + job, "", job, ledger::State::submitted},
                          "");
    }

    // The candidates, each with a blank after it.
    std::string candidates(Words words) {
        words.insert(words.begin(), "complete");
        const auto outcome = world_.run(words);
        EXPECT_EQ(outcome.err, "");
        std::string text;
        for (const auto& line : base::lines(outcome.out))
            text += line.substr(0, line.find('\t')) + " ";
        return text;
    }

    tests::Folder folder_;
    tests::FakeRunner runner_; // no program is expected
    tests::TestWorld world_;
};

TEST_F(Complete, Commands) {
    EXPECT_EQ(candidates({"st"}), "status ");
    EXPECT_EQ(candidates({"env", ""}), "list build clear ");
    EXPECT_NE(candidates({}).find("run "), std::string::npos);
    EXPECT_EQ(candidates({"compl"}), "completion "); // not `complete`
    EXPECT_EQ(candidates({"elephant", ""}), ":files ");
}

TEST_F(Complete, Options) {
    EXPECT_EQ(candidates({"run", "--time"}), "--time= --time-min= ");
    EXPECT_EQ(candidates({"run", "--dry"}), "--dry-run ");
    EXPECT_EQ(candidates({"env", "list", "--j"}), "--json ");
    EXPECT_EQ(candidates({"retry", "exp-1", "--exclude"}), "--exclude-nodes --exclude= ");
    EXPECT_EQ(candidates({"run", "--code="}), "--code=ssh --code=origin ");
    EXPECT_EQ(candidates({"shell", "--gpus-per-n"}), "--gpus-per-node= ");
    EXPECT_EQ(candidates({"exec", "--lo"}), "--local ");
    EXPECT_EQ(candidates({"shell", "--cm"}), "");
    EXPECT_EQ(candidates({"new", "--template", ""}), "python cpp ");
}

TEST_F(Complete, WhatIsKnownHere) {
    EXPECT_EQ(candidates({"status", ""}), "exp-2 2 exp-1 1 ");
    EXPECT_EQ(candidates({"run", "--after=ok:exp-1,e"}),
              "--after=ok:exp-1,exp-2 --after=ok:exp-1,exp-1 ");
    EXPECT_EQ(candidates({"logs", "--cluster", ""}), "hpc ");
    EXPECT_EQ(candidates({"exec", "exp-2"}), "exp-2 ");
    EXPECT_EQ(candidates({"run", "--instance="}), "--instance=big ");
    EXPECT_EQ(candidates({"run", "-S", ""}), "lr= model.depth= model=mlp ");
    EXPECT_EQ(candidates({"config", "get", "run.co"}), "run.code ");
    EXPECT_EQ(candidates({"run", "--params="}), ":files ");
    EXPECT_EQ(candidates({"run", "--cmd", "--", "ls"}), ":files ");
}

TEST_F(Complete, OnlyThisProjectsSubmissions) {
    tests::put_file(folder_ / "project" / ".rdvc" / "config.toml",
                    "[project]\nid = \"76543210abcdef0176543210abcdef01\"\n");
    EXPECT_EQ(candidates({"status", ""}), "");
    tests::put_file(folder_ / "project" / ".rdvc" / "config.toml",
                    "[project]\nid = \"01234567abcdef0176543210abcdef01\"\n");
    EXPECT_EQ(candidates({"status", "e"}), "exp-2 exp-1 ");
}

TEST_F(Complete, NothingFromFilesThatAreBroken) {
    tests::put_file(folder_ / "project" / "params.yaml", "a: [\n");
    tests::put_file(folder_ / "project" / ".rdvc" / "config.toml", "[\n");
    EXPECT_EQ(candidates({"run", "-S", "l"}), "");
    EXPECT_EQ(candidates({"run", "--instance="}), "");
    EXPECT_EQ(candidates({"status", ""}), "");
}

TEST_F(Complete, AScriptForEachShell) {
    EXPECT_EQ(completion::shells(), Words({"bash", "fish", "zsh"}));
    for (const auto& shell : completion::shells())
        EXPECT_NE(world_.run({"completion", shell}).out.find("rdvc complete"), std::string::npos);
    EXPECT_EQ(
        world_.run({"completion", "zhs"}).err,
        "error: no completion for `zhs`, did you mean `zsh`?\n\nhint: one of: bash, fish, zsh\n");
    EXPECT_EQ(candidates({"completion", ""}), "bash fish zsh ");
}

} // namespace
} // namespace rdvc::commands
