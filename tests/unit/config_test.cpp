#include "config/config.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "config/settings.hpp"
#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::config {
namespace {

using base::Exit;
using tests::Folder;
using Texts = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

std::function<std::optional<std::string>(const std::string&)>
lookup(const Environment& environment) {
    return [environment](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    };
}

enum class Whose { user, project };

Config read(std::string_view text, Whose whose = Whose::user, const std::string& cluster = "") {
    Config config;
    config.read_layer(text, "config.toml", whose == Whose::project, cluster);
    return config;
}

std::string option(const SbatchOptions& options, const std::string& name) {
    const auto found = options.find(name);
    if (found == options.end())
        return "(none)";
    if (const auto* flag = std::get_if<bool>(&found->second.value))
        return *flag ? "(on)" : "(off)";
    return std::get<std::string>(found->second.value);
}

// --- The table of settings ---

TEST(Settings, AreEachThereOnceAndFullyDescribed) {
    std::set<std::string_view> keys;
    for (const auto& setting : settings()) {
        EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
        EXPECT_NE(setting.key.find('.'), std::string_view::npos) << setting.key;
        EXPECT_FALSE(setting.help.empty()) << setting.key;
        if (setting.kind == Kind::flag) {
            EXPECT_TRUE(setting.fallback == "true" || setting.fallback == "false") << setting.key;
        }
        if (setting.kind == Kind::list) {
            EXPECT_EQ(setting.fallback, "") << setting.key;
        }
    }
}

// A project's file comes from whoever wrote the project.
TEST(Settings, OfTheClusterBelongToTheUser) {
    for (const auto& setting : settings())
        EXPECT_EQ(setting.set_by == SetBy::user, setting.key.starts_with("cluster."))
            << setting.key;
}

TEST(Settings, HaveAnEnvironmentVariableEach) {
    EXPECT_EQ(environment_variable("cluster.host"), "RDVC_CLUSTER_HOST");
    EXPECT_EQ(environment_variable("cluster.ssh_options"), "RDVC_CLUSTER_SSH_OPTIONS");
    EXPECT_EQ(environment_variable("run.cpus-per-task"), "RDVC_RUN_CPUS_PER_TASK");
}

// --- Layers ---

TEST(Config, HasDefaults) {
    const Config config;
    EXPECT_EQ(config.text("cluster.dir"), "~/.rdvc");
    EXPECT_EQ(config.text("cluster.host"), "");
    EXPECT_EQ(config.text("run.code"), "ssh");
    EXPECT_TRUE(config.flag("cluster.multiplex"));
    EXPECT_FALSE(config.flag("cluster.login_shell"));
    EXPECT_EQ(config.list("cluster.ssh_options"), Texts{});
    EXPECT_EQ(config.origin("cluster.dir"), "default");
    EXPECT_TRUE(config.run_options().empty());
    EXPECT_TRUE(config.instances().empty());
}

TEST(Config, TakesTheLaterLayerAndKnowsItsOrigin) {
    const Folder folder;
    const auto user = folder / "user.toml";
    const auto project = folder / "project.toml";
    tests::put_file(user, "[cluster]\nhost = 'hpc'\n[env]\nsetup = 'user'\nactivate = 'user'\n"
                          "[job]\nmin_free = 'user'\n[run]\ntime = '1'\nqos = 'user'\nmem = '1'\n"
                          "instance = 'user'\n[instances.a]\ngpus = 1\npartition = 'p'\n");
    tests::put_file(project, "[env]\nactivate = 'project'\n[job]\nmin_free = 'project'\n"
                             "[run]\nqos = 'project'\nmem = '2'\ninstance = 'project'\n"
                             "[instances.a]\ngpus = 2\n[instances.b]\nnodes = 1\n");
    auto config = load({.user_file = user,
                        .project_file = project,
                        .environment = lookup({{"RDVC_JOB_MIN_FREE", "environment"},
                                               {"RDVC_RUN_MEM", "3"},
                                               {"RDVC_RUN_INSTANCE", "environment"},
                                               {"RDVC_NO_SETTING", "x"}}),
                        .cluster = ""});
    config.set("run.instance", {std::string("option"), "--instance"});

    const std::vector<std::tuple<std::string, std::string, std::string>> expected = {
        {"job.workspace", "", "default"},
        {"cluster.host", "hpc", user.string() + ":2"},
        {"env.setup", "user", user.string() + ":4"},
        {"env.activate", "project", project.string() + ":2"},
        {"job.min_free", "environment", "RDVC_JOB_MIN_FREE"},
        {"run.instance", "option", "--instance"},
    };
    for (const auto& [key, value, origin] : expected) {
        EXPECT_EQ(config.text(key), value);
        EXPECT_EQ(config.origin(key), origin) << key;
    }
    EXPECT_EQ(option(config.run_options(), "time"), "1");
    EXPECT_EQ(option(config.run_options(), "qos"), "project");
    EXPECT_EQ(option(config.run_options(), "mem"), "3");
    EXPECT_EQ(config.run_options().at("mem").origin, "RDVC_RUN_MEM");
    EXPECT_EQ(config.run_options().at("qos").origin, project.string() + ":6");
    EXPECT_EQ(config.instances(), Texts({"a", "b"}));
    EXPECT_EQ(option(config.instance("a"), "gpus"), "2") << "option by option";
    EXPECT_EQ(option(config.instance("a"), "partition"), "p");
}

TEST(Config, NeedsNoFile) {
    const Folder folder;
    const auto config = load({.user_file = folder / "none",
                              .project_file = {},
                              .environment = lookup({{"RDVC_CLUSTER_HOST", "hpc"}}),
                              .cluster = ""});
    EXPECT_EQ(config.text("cluster.host"), "hpc");
}

// As the first rdvc (that of the article in README.md) wrote it.
TEST(Config, TakesAFileOfTheFirstRdvcAsItIs) {
    const auto config = read("[cluster]\n"
                             "host = \"hpc.example.org\"\n"
                             "username = \"alice\"\n"
                             "\n"
                             "[run]\n"
                             "instance = \"g5.xlarge\"\n"
                             "wckey = \"rdvc-demo-project\"\n"
                             "mail-user = \"alice@example.org\"\n"
                             "mail-type = \"END,FAIL\"\n");
    EXPECT_EQ(config.text("cluster.host"), "hpc.example.org");
    EXPECT_EQ(config.text("cluster.username"), "alice");
    EXPECT_EQ(config.text("run.instance"), "g5.xlarge");
    EXPECT_EQ(option(config.run_options(), "wckey"), "rdvc-demo-project");
    EXPECT_EQ(option(config.run_options(), "mail-user"), "alice@example.org");
    EXPECT_EQ(option(config.run_options(), "mail-type"), "END,FAIL");
}

TEST(Config, TakesSbatchOptionsOfAllKinds) {
    const auto config = read("[run]\n"
                             "cpus-per-task = 2\n"
                             "exclusive = true\n"
                             "requeue = false\n"
                             "contiguous = \"yes\"\n"
                             "constraint = [\"a\", \"b\"]\n"
                             "nice = 100\n"
                             "wckey = \"\"\n"
                             "mem = false\n");
    const auto& options = config.run_options();
    EXPECT_EQ(option(options, "cpus-per-task"), "2");
    EXPECT_EQ(option(options, "exclusive"), "(on)");
    EXPECT_EQ(option(options, "requeue"), "(off)");
    EXPECT_EQ(option(options, "contiguous"), "(on)");
    EXPECT_EQ(option(options, "constraint"), "a,b");
    EXPECT_EQ(option(options, "nice"), "100");
    EXPECT_EQ(option(options, "wckey"), "");
    EXPECT_EQ(option(options, "mem"), "(off)");
}

TEST(Config, ReadsFlagsAndListsFromTheEnvironment) {
    Config config;
    config.read_environment(lookup({{"RDVC_CLUSTER_MULTIPLEX", "false"},
                                    {"RDVC_CLUSTER_SSH_OPTIONS", " -F  my_config "},
                                    {"RDVC_RUN_REQUEUE", "1"},
                                    {"RDVC_RUN_WCKEY", ""}}));
    EXPECT_FALSE(config.flag("cluster.multiplex"));
    EXPECT_EQ(config.list("cluster.ssh_options"), Texts({"-F", "my_config"}));
    EXPECT_EQ(option(config.run_options(), "requeue"), "(on)");
    EXPECT_EQ(option(config.run_options(), "wckey"), "");
}

// An option whose value may be left out is a flag too: a word is all that a variable can hold.
TEST(Config, ReadsFlagsOfOptionalValuesFromTheEnvironment) {
    Config config;
    config.read_environment(lookup({{"RDVC_RUN_EXCLUSIVE", "true"},
                                    {"RDVC_RUN_GET_USER_ENV", "false"},
                                    {"RDVC_RUN_NICE", "1"}}));
    EXPECT_EQ(option(config.run_options(), "exclusive"), "(on)");
    EXPECT_EQ(option(config.run_options(), "get-user-env"), "(off)");
    EXPECT_EQ(option(config.run_options(), "nice"), "1") << "a number is the value";
}

TEST(Config, ReadsNamedClusters) {
    const std::string text = "[cluster]\nhost = 'main'\ndir = '/main'\n"
                             "[clusters.gpu]\nhost = 'gpu'\nusername = 'bob'\n"
                             "[clusters.\"a b\"]\nhost = 'other'\n";
    const auto main = read(text);
    EXPECT_EQ(main.text("cluster.host"), "main");
    EXPECT_EQ(main.text("cluster.username"), "");
    const auto gpu = read(text, Whose::user, "gpu");
    EXPECT_EQ(gpu.text("cluster.host"), "gpu");
    EXPECT_EQ(gpu.text("cluster.username"), "bob");
    EXPECT_EQ(gpu.text("cluster.dir"), "~/.rdvc") << "nothing of [cluster] is mixed in";
    EXPECT_TRUE(gpu.has_cluster("a b"));
    EXPECT_FALSE(gpu.has_cluster("gp"));
}

TEST(Config, RefusesAClusterThatNoLayerHas) {
    const Folder folder;
    tests::put_file(folder / "user.toml", "[clusters.gpu]\nhost = 'gpu'\n");
    EXPECT_FAILURE(load({.user_file = folder / "user.toml",
                         .project_file = {},
                         .environment = lookup({}),
                         .cluster = "gpuu"}),
                   Exit::configuration,
                   "error: unknown cluster `gpuu`\n\n"
                   "hint: define it as [clusters.gpuu] in ~/.config/rdvc/config.toml\n");
}

// --- What is refused ---

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
        {"[instances]\ngpus = 1", "config.toml:2: `instances.gpus` is no setting"},
        {"[cluster.b]\nhost = 'x'", "config.toml:1: unknown key `b`"},
        {"run = 'x'", "config.toml:1: `run` is no setting"},
        {"[a.b.c]\nd = 1", "config.toml:1: unknown table `a`"},
        {"[cluster]\nhost = true", "config.toml:2: `cluster.host` must be a text"},
        {"[cluster]\nhost = ['x']", "config.toml:2: `cluster.host` must be a text"},
        {"[cluster]\nmultiplex = 'maybe'",
         "config.toml:2: `cluster.multiplex` must be true or false"},
        {"[cluster]\nmultiplex = []", "config.toml:2: `cluster.multiplex` must be true or false"},
        {"[cluster]\nssh_options = true",
         "config.toml:2: `cluster.ssh_options` must be a list of texts"},
        {"[run]\ncode = 'rsync'",
         "config.toml:2: `run.code` is `rsync`; it must be `ssh` or `origin`"},
        {"[run]\ntime = true", "config.toml:2: `time` needs a value"},
        {"[run]\nhold = 'perhaps'", "config.toml:2: `hold` must be true or false"},
        {"[run]\nhold = ['a']", "config.toml:2: `hold` must be true or false"},
        {"[run]\noutput = 'x'", "config.toml:2: `output` cannot be set: the log has a place of its "
                                "own in the submission's "
                                "folder; see `rdvc logs`"},
    };
    for (const auto& [text, message] : cases)
        EXPECT_FAILURE(read(text), Exit::configuration, "error: " + message + "\n");
}

TEST(Config, LetsNoProjectSayWhereCodeGoes) {
    for (const auto& setting : settings()) {
        if (setting.set_by != SetBy::user)
            continue;
        const auto name = std::string(setting.key.substr(setting.key.find('.') + 1));
        const std::string value = setting.kind == Kind::list ? "['-v']" : "'true'";
        EXPECT_FAILURE(
            read("[cluster]\n" + name + " = " + value, Whose::project), Exit::configuration,
            "error: config.toml:2: a project's file may not set `" + std::string(setting.key) +
                "`\n  a cloned project could otherwise send your code elsewhere\n\n"
                "hint: set it in ~/.config/rdvc/config.toml\n");
        for (const std::string cluster : {"", "gpu"})
            EXPECT_EQ(tests::failure_of([&] {
                          return read("[clusters.gpu]\n" + name + " = " + value, Whose::project,
                                      cluster);
                      }).code,
                      Exit::configuration);
    }
    EXPECT_EQ(
        read("[project]\nid = 'x'\n[run]\ncode = 'origin'\n", Whose::project).text("run.code"),
        "origin");
}

TEST(Config, RefusesAWrongVariableByItsName) {
    Config config;
    EXPECT_FAILURE((config.read_environment(lookup({{"RDVC_RUN_CODE", "x"}})), 0),
                   Exit::configuration,
                   "error: RDVC_RUN_CODE: `run.code` is `x`; it must be `ssh` or `origin`\n");
    EXPECT_FAILURE(
        (config.read_environment(lookup({{"RDVC_RUN_OUTPUT", "x"}})), 0), Exit::configuration,
        "error: RDVC_RUN_OUTPUT: `output` cannot be set: the log has a place of its own in "
        "the submission's folder; see `rdvc logs`\n");
}

TEST(Config, RefusesAnUnknownInstance) {
    EXPECT_FAILURE(read("").instance("g5"), Exit::configuration,
                   "error: unknown instance `g5`\n  no instance is defined\n\n"
                   "hint: define it as [instances.\"g5\"] in ~/.config/rdvc/config.toml\n");
    EXPECT_FAILURE(read("[instances.'g5.xlarge']\ngpus = 1\n[instances.cpu]\nnodes = 1\n")
                       .instance("g5.xlareg"),
                   Exit::configuration,
                   "error: unknown instance `g5.xlareg`, did you mean `g5.xlarge`?\n"
                   "  defined are: cpu, g5.xlarge\n\n"
                   "hint: define it as [instances.\"g5.xlareg\"] in ~/.config/rdvc/config.toml\n");
}

// An instance that adds nothing is one, and so is a cluster of defaults.
TEST(Config, KnowsTablesThatAreEmpty) {
    const auto config = read("[instances.default]\n[clusters.gpu]\n", Whose::user, "gpu");
    EXPECT_EQ(config.instances(), Texts({"default"}));
    EXPECT_TRUE(config.has_cluster("gpu"));
}

TEST(Config, RefusesAnUnknownTableThatIsEmpty) {
    EXPECT_FAILURE(read("[clutser]\n"), Exit::configuration,
                   "error: config.toml:1: unknown table `clutser`, did you mean `cluster`?\n");
}

} // namespace
} // namespace rdvc::config
