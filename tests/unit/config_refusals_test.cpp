// Why a configuration is refused, with place and reason.

#include <tuple>

#include <gtest/gtest.h>

#include "config/settings.hpp"
#include "support/configuration.hpp"
#include "support/expect_error.hpp"

namespace rdvc::config {
namespace {

using base::Exit;
using tests::lookup;
using tests::read_config;
using tests::Whose;
using Texts = std::vector<std::string>;

TEST(Config, RefusesWithPlaceAndReason) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[clutser]\nhost = 'x'",
         "config.toml:1: unknown table `clutser`, did you mean `cluster`?"},
        {"host = 'x'", "config.toml:1: unknown key `host`"},
        {"runs = 'x'", "config.toml:1: unknown key `runs`, did you mean `run`?"},
        {"[cluster]\n\nhots = 'x'", "config.toml:3: unknown key `hots`, did you mean `host`?"},
        {"[clusters.b]\nusrname = 'x'",
         "config.toml:2: unknown key `usrname`, did you mean `username`?"},
        {"[run]\ncpu-per-task = 2",
         "config.toml:2: unknown key `cpu-per-task`, did you mean `cpus-per-task`?"},
        {"[run]\ninstnace = 'x'",
         "config.toml:2: unknown key `instnace`, did you mean `instance`?"},
        {"[instances.a]\npartiton = 'x'",
         "config.toml:2: unknown key `partiton`, did you mean `partition`?"},
        {"[instances.a]\ninstance = 'x'", "config.toml:2: unknown key `instance`"},
        {"[instances]\ngpus = 1", "config.toml:2: `instances.gpus` is not a setting"},
        {"[cluster.b]\nhost = 'x'", "config.toml:1: unknown key `b`"},
        {"run = 'x'", "config.toml:1: `run` is not a setting"},
        {"[a.b.c]\nd = 1", "config.toml:1: unknown table `a`"},
        {"[cluster]\nhost = true", "config.toml:2: `cluster.host` must be a string"},
        {"[cluster]\nhost = ['x']", "config.toml:2: `cluster.host` must be a string"},
        {"[cluster]\nmultiplex = 'maybe'",
         "config.toml:2: `cluster.multiplex` must be true or false"},
        {"[cluster]\nmultiplex = []", "config.toml:2: `cluster.multiplex` must be true or false"},
        {"[cluster]\nssh_options = true",
         "config.toml:2: `cluster.ssh_options` must be a list of strings"},
        {"[run]\ncode = 'rsync'",
         "config.toml:2: `run.code` is `rsync`; it must be `ssh` or `origin`"},
        {"[env]\nwhere = 'cloud'",
         "config.toml:2: `env.where` is `cloud`; it must be `node` or `login`"},
        {"[env]\nwhere = ''", "config.toml:2: `env.where` is ``; it must be `node` or `login`"},
        {"[env]\nreuse = 'sometimes'", "config.toml:2: `env.reuse` must be true or false"},
        {"[env]\ninputs = true", "config.toml:2: `env.inputs` must be a list of strings"},
        {"[env]\noutsid = []", "config.toml:2: unknown key `outsid`, did you mean `outside`?"},
        {"[run]\nmax_untracked = '20MB'",
         "config.toml:2: `run.max_untracked` is `20MB`; it must be "
         "a size such as 500M or 2G"},
        {"[run]\nmax_history = ''",
         "config.toml:2: `run.max_history` is ``; it must be a size such as 500M or 2G"},
        {"[run]\nmax_history = true", "config.toml:2: `run.max_history` must be a string"},
        {"[run]\nmax_history = ['1G']", "config.toml:2: `run.max_history` must be a string"},
        {"[job]\ngrace = 'long'",
         "config.toml:2: `job.grace` is `long`; it must be a whole number"},
        {"[job]\nmin_free = 'much'",
         "config.toml:2: `job.min_free` is `much`; it must be a size such as 500M or 2G"},
        {"[run]\ntime = true", "config.toml:2: `time` needs a value"},
        {"[run]\nhold = 'perhaps'", "config.toml:2: `hold` must be true or false"},
        {"[run]\nhold = ['a']", "config.toml:2: `hold` must be true or false"},
        {"[run]\nerror = 'x'",
         "config.toml:2: `error` cannot be set: output and errors go to one log "
         "in the submission's folder; see `rdvc logs`"},
    };
    for (const auto& [text, message] : cases)
        EXPECT_FAILURE(read_config(text), Exit::configuration, "error: " + message + "\n");
}

TEST(Config, ReadsSizesAndEnvironmentsFromEveryLayer) {
    auto config = read_config("[run]\nmax_untracked = '2G'\nmax_history = 1000\n"
                              "[env]\nwhere = 'login'\nreuse = false\ninputs = ['a b', '*.txt']\n"
                              "ignore = ['.git']\noutside = ['~/miniconda3']\n",
                              Whose::project);
    EXPECT_EQ(config.size("run.max_untracked"), 2'000'000'000U);
    EXPECT_EQ(config.size("run.max_history"), 1000U);
    EXPECT_EQ(config.text("env.where"), "login");
    EXPECT_FALSE(config.flag("env.reuse"));
    EXPECT_EQ(config.list("env.inputs"), Texts({"a b", "*.txt"}));
    EXPECT_EQ(config.list("env.ignore"), Texts({".git"}));
    EXPECT_EQ(config.list("env.outside"), Texts({"~/miniconda3"}));
    config.read_environment(lookup({{"RDVC_RUN_MAX_UNTRACKED", "5K"},
                                    {"RDVC_RUN_MAX_HISTORY", "0"},
                                    {"RDVC_ENV_WHERE", "node"},
                                    {"RDVC_ENV_REUSE", "1"},
                                    {"RDVC_ENV_INPUTS", "one  two"},
                                    {"RDVC_ENV_IGNORE", ""},
                                    {"RDVC_ENV_OUTSIDE", "/opt"}}));
    EXPECT_EQ(config.size("run.max_untracked"), 5000U);
    EXPECT_EQ(config.size("run.max_history"), 0U);
    EXPECT_EQ(config.text("env.where"), "node");
    EXPECT_TRUE(config.flag("env.reuse"));
    EXPECT_EQ(config.list("env.inputs"), Texts({"one", "two"}));
    EXPECT_EQ(config.list("env.ignore"), Texts{});
    EXPECT_EQ(config.list("env.outside"), Texts({"/opt"}));
    for (const auto& [variable, value, message] :
         std::vector<std::tuple<std::string, std::string, std::string>>{
             {"RDVC_ENV_WHERE", "moon", "`env.where` is `moon`; it must be `node` or `login`"},
             {"RDVC_ENV_REUSE", "maybe", "`env.reuse` must be true or false"},
             {"RDVC_RUN_MAX_UNTRACKED", "a lot",
              "`run.max_untracked` is `a lot`; it must be a size such as 500M or 2G"}})
        EXPECT_FAILURE((Config().read_environment(lookup({{variable, value}})), 0),
                       Exit::configuration, "error: " + variable + ": " + message + "\n");
}

TEST(Config, LetsNoProjectSayWhereCodeGoes) {
    for (const auto& setting : settings()) {
        if (setting.set_by != SetBy::user)
            continue;
        const auto name = std::string(setting.key.substr(setting.key.find('.') + 1));
        const std::string value = setting.kind == Kind::list ? "['-v']" : "'true'";
        EXPECT_FAILURE(
            read_config("[cluster]\n" + name + " = " + value, Whose::project), Exit::configuration,
            "error: config.toml:2: a project's file may not set `" + std::string(setting.key) +
                "`\n  a cloned project could otherwise send your code elsewhere\n\n"
                "hint: set it in ~/.config/rdvc/config.toml\n");
        for (const std::string cluster : {"", "gpu"})
            EXPECT_EQ(tests::failure_of([&] {
                          return read_config("[clusters.gpu]\n" + name + " = " + value,
                                             Whose::project, cluster);
                      }).code,
                      Exit::configuration);
    }
    EXPECT_EQ(read_config("[project]\nid = 'x'\n[run]\ncode = 'origin'\n", Whose::project)
                  .text("run.code"),
              "origin");
}

TEST(Config, RefusesAWrongVariableByItsName) {
    Config config;
    EXPECT_FAILURE((config.read_environment(lookup({{"RDVC_RUN_CODE", "x"}})), 0),
                   Exit::configuration,
                   "error: RDVC_RUN_CODE: `run.code` is `x`; it must be `ssh` or `origin`\n");
    EXPECT_FAILURE(
        (config.read_environment(lookup({{"RDVC_RUN_ERROR", "x"}})), 0), Exit::configuration,
        "error: RDVC_RUN_ERROR: `error` cannot be set: output and errors go to one log in "
        "the submission's folder; see `rdvc logs`\n");
}

TEST(Config, RefusesAnUnknownInstance) {
    const std::string hint = "hint: `rdvc init project` defines it if your cluster's nodes have a "
                             "feature with this name\n";
    EXPECT_FAILURE(read_config("[run]\ninstance = 'g5'\n").instance("g5"), Exit::configuration,
                   "error: unknown instance `g5`\n"
                   "  `run.instance` is set by config.toml:2\n"
                   "  no instance is defined\n"
                   "  add this to ~/.config/rdvc/config.toml, with any other options of sbatch:\n"
                   "    [instances.\"g5\"]\n"
                   "    constraint = \"g5\"\n\n" +
                       hint);
    EXPECT_FAILURE(read_config("[instances.'g5.xlarge']\ngpus = 1\n[instances.cpu]\nnodes = 1\n")
                       .instance("g5.xlareg"),
                   Exit::configuration,
                   "error: unknown instance `g5.xlareg`, did you mean `g5.xlarge`?\n"
                   "  defined are: cpu, g5.xlarge\n"
                   "  add this to ~/.config/rdvc/config.toml, with any other options of sbatch:\n"
                   "    [instances.\"g5.xlareg\"]\n"
                   "    constraint = \"g5.xlareg\"\n\n" +
                       hint);
}

// The file of a project of the first rdvc.
TEST(Config, ReadsWhatTheFirstRdvcWrote) {
    const auto config = read_config("[run]\ninstance = 't3.xlarge'\nwckey = 'demo'\nmem = 0\n"
                                    "cpus = 2\nmail-user = 'a@b.c'\nmail-type = 'END,FAIL'\n");
    EXPECT_EQ(config.text("run.instance"), "t3.xlarge");
    EXPECT_EQ(std::get<std::string>(config.run_options().at("mem").value), "0");
    EXPECT_EQ(std::get<std::string>(config.run_options().at("cpus-per-task").value), "2");
}

// An instance that adds nothing is valid, and so is a cluster with only defaults.
TEST(Config, KnowsTablesThatAreEmpty) {
    const auto config = read_config("[instances.default]\n[clusters.gpu]\n", Whose::user, "gpu");
    EXPECT_EQ(config.instances(), Texts({"default"}));
    EXPECT_TRUE(config.has_cluster("gpu"));
}

TEST(Config, RefusesAnUnknownTableThatIsEmpty) {
    EXPECT_FAILURE(read_config("[clutser]\n"), Exit::configuration,
                   "error: config.toml:1: unknown table `clutser`, did you mean `cluster`?\n");
}

} // namespace
} // namespace rdvc::config
