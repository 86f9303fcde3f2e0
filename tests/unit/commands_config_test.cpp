// `rdvc config`: settings as a user reads and changes them.

#include <iostream>
#include <sstream>

#include <gtest/gtest.h>

#include "support/demo_project.hpp"

namespace rdvc::commands {
namespace {

using base::Exit;
using tests::content_of;
using tests::DemoProject;

class ConfigCommand : public ::testing::Test {
  protected:
    ConfigCommand() {
        demo_.commit_project();
        demo_.configure_project("");
        demo_.runner.pass_through("sh", demo_.processes);
    }

    [[nodiscard]] std::filesystem::path user_file() const {
        return demo_.folder / "home" / ".config" / "rdvc" / "config.toml";
    }
    [[nodiscard]] std::filesystem::path project_file() const {
        return demo_.git.path() / ".rdvc" / "config.toml";
    }
    tests::Outcome config(Words words) {
        words.insert(words.begin(), "config");
        return demo_.world.run(words);
    }
    void expect(const Words& words, const std::string& out) {
        const auto outcome = config(words);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(outcome.out, out);
    }
    void refuses(const Words& words, Exit code, const std::string& err) {
        const auto before = content_of(project_file());
        const auto outcome = config(words);
        EXPECT_EQ(outcome.code, static_cast<int>(code));
        EXPECT_NE(outcome.err.find(err), std::string::npos) << outcome.err;
        EXPECT_EQ(content_of(project_file()), before);
    }

    DemoProject demo_;
};

TEST_F(ConfigCommand, SetKeepsCommentsAndGetReadsItBack) {
    tests::put_file(project_file(), "# ours\n[run]\ntime = \"1:00\" # short\n");
    expect({"set", "run.time", "2:00:00"}, "");
    expect({"set", "env.inputs", "a", "b c"}, "");
    expect({"set", "instances.g5.xlarge.mem", "64G"}, "");
    EXPECT_EQ(content_of(project_file()),
              "# ours\n[run]\ntime = \"2:00:00\" # short\n\n[env]\ninputs = [\"a\", \"b c\"]\n"
              "\n[instances.\"g5.xlarge\"]\nmem = \"64G\"\n");
    expect({"get", "run.time"}, "2:00:00\n");
    expect({"get", "env.inputs"}, "a\nb c\n");
    expect({"get", "instances.g5.xlarge.mem"}, "64G\n");
    expect({"get", "env.reuse"}, "true\n"); // the default
    refuses({"get", "run.mem"}, Exit::failed, "`run.mem` is not set");
}

TEST_F(ConfigCommand, WhatOnlyTheUserMaySetGoesIntoTheirFile) {
    const auto before = content_of(project_file());
    expect({"set", "cluster.poll", "10"}, "");
    expect({"set", "clusters.hpc.host", "login.example.org"}, "");
    expect({"set", "--global", "run.time", "1:00"}, "");
    EXPECT_EQ(content_of(project_file()), before);
    expect({"get", "clusters.hpc.host"}, "login.example.org\n");
    expect({"get", "--cluster=hpc", "cluster.host"}, "login.example.org\n");
    expect({"get", "cluster.poll"}, "10\n");
    expect({"get", "run.time"}, "1:00\n");
    EXPECT_NE(content_of(user_file()).find("[clusters.hpc]\nhost = \"login.example.org\"\n"),
              std::string::npos);
}

TEST_F(ConfigCommand, SaysIfAnotherPlaceCounts) {
    expect({"set", "run.time", "1:00"}, "");
    const auto other = config({"set", "--global", "run.time", "2:00"});
    EXPECT_NE(other.err.find("warning: " + project_file().string() + ":"), std::string::npos)
        << other.err;
    EXPECT_NE(other.err.find(" sets `run.time` to \"1:00\", which counts here"), std::string::npos);
    const auto unset = config({"unset", "run.time"});
    EXPECT_NE(unset.err.find(user_file().string()), std::string::npos) << unset.err;
    demo_.world.environment["RDVC_RUN_CODE"] = "ssh";
    EXPECT_NE(config({"set", "run.code", "origin"}).err.find("warning: RDVC_RUN_CODE sets"),
              std::string::npos);
}

TEST_F(ConfigCommand, RefusesWhatAFileMayNotHave) {
    refuses({"set", "run.code", "ssj"}, Exit::configuration,
            "error: not set: `run.code` is `ssj`; it must be `ssh` or `origin`\n");
    refuses({"set", "job.grace", "soon"}, Exit::configuration, "must be a whole number");
    refuses({"set", "run.array", "1-3"}, Exit::configuration, "`array` cannot be set");
    refuses({"set", "run.tme", "1"}, Exit::usage, "did you mean `run.time`?");
    refuses({"set", "run.time"}, Exit::usage, "`run.time` needs a value");
    refuses({"unset", "run.mem"}, Exit::failed, "does not set `run.mem`");
    refuses({"set", "env.inputs", "[1, [2]]"}, Exit::configuration, "the value:1");
}

TEST_F(ConfigCommand, DoesNotWriteThroughALink) {
    const auto elsewhere = demo_.folder / "elsewhere";
    std::filesystem::remove(project_file());
    std::filesystem::create_directories(project_file().parent_path());
    tests::put_file(elsewhere, "x");
    std::filesystem::create_symlink(elsewhere, project_file());
    EXPECT_NE(config({"set", "run.time", "1:00"}).err.find("is a symbolic link"),
              std::string::npos);
    EXPECT_EQ(content_of(elsewhere), "x");
}

TEST_F(ConfigCommand, ListShowsWhereEachIsSet) {
    tests::put_file(project_file(), "[run]\ntime = 5\n[env]\nreuse = false\n");
    expect({"set", "--global", "run.mem", "1G"}, "");
    const auto shown = config({"list", "--show-origin"}).out;
    EXPECT_NE(shown.find(project_file().string() + ":2"), std::string::npos) << shown;
    EXPECT_NE(shown.find("run.time = \"5\"\n"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("run.code"), std::string::npos) << shown;
    EXPECT_NE(config({"list", "--all"}).out.find("run.code = \"ssh\"\n"), std::string::npos);
    EXPECT_NE(config({"list", "--json"})
                  .out.find("\"env.reuse\": {\n    \"origin\": \"" + project_file().string() +
                            ":4\",\n    \"value\": false\n  }"),
              std::string::npos);
}

TEST_F(ConfigCommand, UnsetRemovesTheLine) {
    tests::put_file(project_file(), "[run]\ntime = 5 # x\nmem = 1\n");
    expect({"unset", "run.time"}, "");
    EXPECT_EQ(content_of(project_file()), "[run]\nmem = 1\n");
}

TEST_F(ConfigCommand, EditReplacesTheFileOnlyByOneThatIsGood) {
    tests::put_file(project_file(), "[run]\ncode = \"ssh\"\n");
    demo_.world.environment["EDITOR"] = "sed -i s/ssh/origin/";
    const auto good = config({"edit"});
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_EQ(content_of(project_file()), "[run]\ncode = \"origin\"\n");
    demo_.world.environment["EDITOR"] = "false";
    refuses({"edit"}, Exit::failed, "the editor `false` failed");
    demo_.world.environment["VISUAL"] = "sed -i s/origin/orgin/";
    std::istringstream answers("no\n");
    auto* const input = std::cin.rdbuf(answers.rdbuf());
    refuses({"edit"}, Exit::configuration, "`run.code` is `orgin`");
    std::cin.rdbuf(input);
}

TEST_F(ConfigCommand, EditMendsAFileThatIsBroken) {
    tests::put_file(project_file(), "[run\n");
    demo_.world.environment["EDITOR"] = "sed -i 's/run$/run]/'";
    const auto outcome = config({"edit"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(content_of(project_file()), "[run]\n");
}

} // namespace
} // namespace rdvc::commands
