#include "config/config.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"
#include "support/configuration.hpp"
#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::config {
namespace {

using base::Exit;
using tests::Folder;
using tests::lookup;
using tests::option_of;
using tests::read_config;
using tests::Whose;
using Texts = std::vector<std::string>;

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
        if (setting.kind == Kind::size) {
            EXPECT_TRUE(base::parse_bytes(setting.fallback)) << setting.key;
        }
        if (setting.kind == Kind::number) {
            EXPECT_TRUE(base::parse_number(setting.fallback)) << setting.key;
        }
        const auto choices = base::words(setting.choices);
        if (!choices.empty()) {
            EXPECT_EQ(static_cast<int>(setting.kind), static_cast<int>(Kind::text)) << setting.key;
            EXPECT_NE(std::find(choices.begin(), choices.end(), setting.fallback), choices.end())
                << setting.key;
        }
    }
}

// A project's file comes from the author of the project.
TEST(Settings, OfTheClusterBelongToTheUser) {
    for (const auto& setting : settings())
        EXPECT_EQ(setting.set_by != SetBy::project,
                  setting.key.starts_with("cluster.") && setting.key != "cluster.default")
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
    EXPECT_EQ(config.size("run.max_untracked"), 20'000'000U);
    EXPECT_EQ(config.size("run.max_history"), 100'000'000U);
    EXPECT_EQ(config.size("job.min_free"), 1'000'000'000U);
    EXPECT_EQ(config.text("env.where"), "node");
    EXPECT_TRUE(config.flag("env.reuse"));
    for (const auto* key : {"env.inputs", "env.ignore", "env.outside"})
        EXPECT_EQ(config.list(key), Texts{}) << key;
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
                          "[job]\nmin_free = '1G'\n[run]\ntime = '1'\nqos = 'user'\nmem = '1'\n"
                          "instance = 'user'\n[instances.a]\ngpus = 1\npartition = 'p'\n");
    tests::put_file(project, "[env]\nactivate = 'project'\n[job]\nmin_free = '2G'\n"
                             "[run]\nqos = 'project'\nmem = '2'\ninstance = 'project'\n"
                             "[instances.a]\ngpus = 2\n[instances.b]\nnodes = 1\n");
    auto config = load({.user_file = user,
                        .project_file = project,
                        .environment = lookup({{"RDVC_JOB_MIN_FREE", "3G"},
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
        {"job.min_free", "3G", "RDVC_JOB_MIN_FREE"},
        {"run.instance", "option", "--instance"},
    };
    for (const auto& [key, value, origin] : expected) {
        EXPECT_EQ(config.text(key), value);
        EXPECT_EQ(config.origin(key), origin) << key;
    }
    EXPECT_EQ(option_of(config.run_options(), "time"), "1");
    EXPECT_EQ(option_of(config.run_options(), "qos"), "project");
    EXPECT_EQ(option_of(config.run_options(), "mem"), "3");
    EXPECT_EQ(config.run_options().at("mem").origin, "RDVC_RUN_MEM");
    EXPECT_EQ(config.run_options().at("qos").origin, project.string() + ":6");
    EXPECT_EQ(config.instances(), Texts({"a", "b"}));
    EXPECT_EQ(option_of(config.instance("a"), "gpus"), "2") << "option by option";
    EXPECT_EQ(option_of(config.instance("a"), "partition"), "p");
}

TEST(Config, NeedsNoFile) {
    const Folder folder;
    const auto config = load({.user_file = folder / "none",
                              .project_file = {},
                              .environment = lookup({{"RDVC_CLUSTER_HOST", "hpc"}}),
                              .cluster = ""});
    EXPECT_EQ(config.text("cluster.host"), "hpc");
}

// --- Included files ---

Config load_user(const Folder& folder, const std::string& text, const std::string& cluster = "") {
    tests::put_file(folder / "config" / "config.toml", text);
    return load(
        {.user_file = folder / "config" / "config.toml",
         .project_file = folder / "project.toml",
         .environment = lookup({{"HOME", folder.path().string()}}),
         .cluster = cluster,
         .copy = [&](const std::string& path, const Config& users) -> std::optional<std::string> {
             if (users.text("cluster.host") != "hpc" || path != "/etc/rdvc.toml")
                 return std::nullopt;
             return base::read_file(folder / "cluster.toml");
         }});
}

TEST(Config, IncludesAFileBelowTheUsers) {
    const Folder folder;
    const auto group = folder / "shared" / "group.toml";
    tests::put_file(group, "[cluster]\nhost = 'theirs'\ncache = '/data/cache'\n"
                           "[run]\nqos = 'group'\nmem = '1'\n[instances.a]\ngpus = 1\n"
                           "[clusters.gpu]\nhost = 'gpu'\n"
                           "[hooks]\nbefore-environment = 'module load cuda'\n");
    tests::put_file(folder / "project.toml", "[run]\nmem = '2'\n");
    for (const auto* path : {"../shared/group.toml", "~/shared/group.toml"}) {
        const auto config = load_user(folder, "include = '" + std::string(path) +
                                                  "'\n[cluster]\nhost = 'hpc'\n[run]\n"
                                                  "qos = 'user'\n");
        EXPECT_EQ(config.text("cluster.host"), "hpc");
        EXPECT_EQ(config.text("cluster.cache"), "/data/cache");
        EXPECT_TRUE(config.origin("cluster.cache").ends_with("shared/group.toml:3")) << path;
        EXPECT_EQ(option_of(config.run_options(), "qos"), "user");
        EXPECT_EQ(option_of(config.run_options(), "mem"), "2");
        EXPECT_EQ(option_of(config.instance("a"), "gpus"), "1");
        EXPECT_EQ(config.text("hooks.before-environment"), "module load cuda");
        EXPECT_EQ(config.included().path, path);
        EXPECT_FALSE(config.included().is_on_cluster);
    }
    EXPECT_EQ(load_user(folder, "include = '" + group.string() + "'\n", "gpu").text("cluster.host"),
              "gpu");
}

TEST(Config, NamesBothFilesIfTheIncludedOneIsMissing) {
    const Folder folder;
    EXPECT_FAILURE(load_user(folder, "# mine\ninclude = 'group.toml'\n"), Exit::configuration,
                   "error: " + (folder / "config" / "config.toml").string() +
                       ":2: the included file does not exist\n  " +
                       (folder / "config" / "group.toml").string() + "\n");
}

TEST(Config, IncludesTheCopyOfAFileOnTheCluster) {
    const Folder folder;
    const std::string user = "include = 'cluster:/etc/rdvc.toml'\n[cluster]\nhost = 'hpc'\n"
                             "[clusters.other]\nhost = 'hpc'\n";
    EXPECT_TRUE(load_user(folder, user).instances().empty()) << "there is no copy yet";
    tests::put_file(folder / "cluster.toml", "[cluster]\ncache = '/data/cache'\n"
                                             "[instances.a]\ngpus = 1\n");
    for (const auto* cluster : {"", "other"}) {
        const auto config = load_user(folder, user, cluster);
        EXPECT_EQ(config.text("cluster.cache"), "/data/cache");
        EXPECT_EQ(config.origin("cluster.cache"), "cluster:/etc/rdvc.toml:2");
        EXPECT_EQ(option_of(config.instance("a"), "gpus"), "1");
    }
    EXPECT_TRUE(load_user(folder, "include = 'cluster:/etc/rdvc.toml'\n").instances().empty())
        << "another cluster's copy";
}

TEST(Config, RefusesOtherIncludes) {
    const Folder folder;
    const auto user = (folder / "config" / "config.toml").string();
    const auto included = [&](const std::string& text) {
        tests::put_file(folder / "cluster.toml", text);
        return load_user(folder, "include = 'cluster:/etc/rdvc.toml'\n[cluster]\nhost = 'hpc'\n");
    };
    for (const auto* value : {"''", "'cluster:'", "true", "['a']"})
        EXPECT_FAILURE(load_user(folder, "include = " + std::string(value)), Exit::configuration,
                       "error: " + user +
                           ":1: `include` must be the path of a file, or "
                           "`cluster:` and the path of one there\n");
    EXPECT_FAILURE(load_user(folder, "include = 'cluster:rdvc.toml'"), Exit::configuration,
                   "error: " + user + ":1: `rdvc.toml` must start with / or ~/ on the cluster\n");
    EXPECT_FAILURE(included("include = 'x'"), Exit::configuration,
                   "error: cluster:/etc/rdvc.toml:1: an included file cannot include another "
                   "one\n");
    for (const auto* key : {"host", "username", "dir", "prepare", "ssh_options", "login_shell"})
        EXPECT_FAILURE(included("[cluster]\n" + std::string(key) + " = 'x'\n"), Exit::configuration,
                       "error: cluster:/etc/rdvc.toml:2: a file on the cluster may not set "
                       "`cluster." +
                           std::string(key) +
                           "`\n  whoever can write to it could otherwise send your code "
                           "elsewhere\n\nhint: set it in ~/.config/rdvc/config.toml\n");
    EXPECT_NE(tests::failure_of([&] {
                  return included("[clusters.x]\nhost = 'y'\n");
              }).message.find("may not set `clusters`"),
              std::string::npos);
    tests::put_file(folder / "project.toml", "include = 'x'\n");
    EXPECT_NE(tests::failure_of([&] {
                  return load_user(folder, "");
              }).message.find("project.toml:1: a project's file may not set `include`"),
              std::string::npos);
}

// As the first rdvc wrote it.
TEST(Config, TakesAFileOfTheFirstRdvcAsItIs) {
    const auto config = read_config("[cluster]\n"
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
    EXPECT_EQ(option_of(config.run_options(), "wckey"), "rdvc-demo-project");
    EXPECT_EQ(option_of(config.run_options(), "mail-user"), "alice@example.org");
    EXPECT_EQ(option_of(config.run_options(), "mail-type"), "END,FAIL");
}

TEST(Config, TakesSbatchOptionsOfAllKinds) {
    const auto config = read_config("[run]\n"
                                    "cpus-per-task = 2\n"
                                    "exclusive = true\n"
                                    "requeue = false\n"
                                    "contiguous = \"yes\"\n"
                                    "constraint = [\"a\", \"b\"]\n"
                                    "nice = 100\n"
                                    "wckey = \"\"\n"
                                    "mem = false\n");
    const auto& options = config.run_options();
    EXPECT_EQ(option_of(options, "cpus-per-task"), "2");
    EXPECT_EQ(option_of(options, "exclusive"), "(on)");
    EXPECT_EQ(option_of(options, "requeue"), "(off)");
    EXPECT_EQ(option_of(options, "contiguous"), "(on)");
    EXPECT_EQ(option_of(options, "constraint"), "a,b");
    EXPECT_EQ(option_of(options, "nice"), "100");
    EXPECT_EQ(option_of(options, "wckey"), "");
    EXPECT_EQ(option_of(options, "mem"), "(off)");
}

TEST(Config, ReadsFlagsAndListsFromTheEnvironment) {
    Config config;
    config.read_environment(lookup({{"RDVC_CLUSTER_MULTIPLEX", "false"},
                                    {"RDVC_CLUSTER_SSH_OPTIONS", " -F  my_config "},
                                    {"RDVC_RUN_REQUEUE", "1"},
                                    {"RDVC_RUN_WCKEY", ""}}));
    EXPECT_FALSE(config.flag("cluster.multiplex"));
    EXPECT_EQ(config.list("cluster.ssh_options"), Texts({"-F", "my_config"}));
    EXPECT_EQ(option_of(config.run_options(), "requeue"), "(on)");
    EXPECT_EQ(option_of(config.run_options(), "wckey"), "");
}

// Words with blanks can be written as in a file.
TEST(Config, ReadsListsOfTheEnvironmentAsInAFile) {
    Config config;
    config.read_environment(
        lookup({{"RDVC_CLUSTER_SSH_OPTIONS", "[\"-F\", 'my config']"}, {"RDVC_ENV_INPUTS", "[]"}}));
    EXPECT_EQ(config.list("cluster.ssh_options"), Texts({"-F", "my config"}));
    EXPECT_EQ(config.list("env.inputs"), Texts{});
    EXPECT_FAILURE(
        config.read_environment(lookup({{"RDVC_CLUSTER_SSH_OPTIONS", "[\"-F\", 'my config'"}})),
        base::Exit::configuration,
        "error: RDVC_CLUSTER_SSH_OPTIONS:1: this is not valid TOML: Error while parsing array: "
        "encountered end-of-file\n");
}

// An option with an optional value is also a flag, and a variable can hold only a word. sbatch has
// an option of this name, but it is rdvc's.
TEST(Config, ReadsOutputsOfCommandsFromEveryLayer) {
    auto config = read_config("[run]\noutput = ['results', 'a b']\n", Whose::project);
    EXPECT_EQ(config.list("run.output"), Texts({"results", "a b"}));
    EXPECT_TRUE(config.run_options().empty());
    config.read_environment(lookup({{"RDVC_RUN_OUTPUT", "out"}}));
    EXPECT_EQ(config.list("run.output"), Texts{"out"});
    EXPECT_TRUE(config.run_options().empty());
}

TEST(Config, ReadsFlagsOfOptionalValuesFromTheEnvironment) {
    Config config;
    config.read_environment(lookup({{"RDVC_RUN_EXCLUSIVE", "true"},
                                    {"RDVC_RUN_GET_USER_ENV", "false"},
                                    {"RDVC_RUN_NICE", "1"}}));
    EXPECT_EQ(option_of(config.run_options(), "exclusive"), "(on)");
    EXPECT_EQ(option_of(config.run_options(), "get-user-env"), "(off)");
    EXPECT_EQ(option_of(config.run_options(), "nice"), "1") << "a number is the value";
}

TEST(Config, ReadsNamedClusters) {
    const std::string text = "[cluster]\nhost = 'main'\ndir = '/main'\n"
                             "[clusters.gpu]\nhost = 'gpu'\nusername = 'bob'\n"
                             "[clusters.\"a b\"]\nhost = 'other'\n";
    const auto main = read_config(text);
    EXPECT_EQ(main.text("cluster.host"), "main");
    EXPECT_EQ(main.text("cluster.username"), "");
    const auto gpu = read_config(text, Whose::user, "gpu");
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
                   "error: unknown cluster `gpuu`, did you mean `gpu`?\n\n"
                   "hint: define it as [clusters.gpuu] in ~/.config/rdvc/config.toml\n");
}

} // namespace
} // namespace rdvc::config
