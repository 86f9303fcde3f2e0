#include "submission/compose.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/expect_error.hpp"

namespace rdvc::submission {
namespace {

using base::Exit;
using Words = std::vector<std::string>;

constexpr auto known_token = "0123456789abcdef0123456789abcdef";

Facts facts() {
    return {.repo_name = "demo",
            .origin_url = "git@github.com:alice/demo.git",
            .branch = "main",
            .commit = "c0ffee0123456789c0ffee0123456789c0ffee01",
            .project_dir = "",
            .subdir = "",
            .mirror = "demo-12345678.git",
            .setup = ""};
}

Submission composed(std::string_view toml, const Words& words, const Facts& from = facts()) {
    config::Config config;
    config.read_layer(toml, "config.toml", config::Whose::user, "");
    return compose(known_token, from, config, parse_run_arguments(words));
}

// One option of the header: its value, "(alone)", or "(none)".
std::string option(const Submission& submission, const std::string& name) {
    std::string found = "(none)";
    for (const auto& [key, value] : submission.sbatch)
        if (key == name) {
            EXPECT_EQ(found, "(none)") << name << " occurs twice";
            found = value.value_or("(alone)");
        }
    return found;
}

TEST(Compose, WaitsForOthersAndForWhatItsUserNames) {
    auto arguments = parse_run_arguments({"--dependency=singleton"});
    arguments.dependency = "afterok:7";
    arguments.after_tokens = {"ok:" + std::string(known_token)};
    config::Config config;
    const auto both = compose(known_token, facts(), config, arguments);
    EXPECT_EQ(option(both, "dependency"), "singleton,afterok:7");
    EXPECT_EQ(option(both, "kill-on-invalid-dep"), "yes");
    EXPECT_EQ(both.after, arguments.after_tokens);
    config.read_layer("[run]\ndependency = \"singleton\"\nkill-on-invalid-dep = \"no\"\n",
                      "config.toml", config::Whose::user, "");
    arguments.sbatch.clear();
    const auto configured = compose(known_token, facts(), config, arguments);
    EXPECT_EQ(option(configured, "dependency"), "singleton,afterok:7");
    EXPECT_EQ(option(configured, "kill-on-invalid-dep"), "no");
    arguments.dependency = "";
    EXPECT_EQ(option(compose(known_token, facts(), {}, arguments), "dependency"), "(none)");
}

TEST(Compose, HasItsDefaults) {
    const auto submission = composed("", {});
    EXPECT_EQ(option(submission, "job-name"), "rdvc-run:demo:main");
    EXPECT_EQ(option(submission, "wckey"), "demo");
    EXPECT_EQ(option(submission, "comment"), std::string("rdvc:") + known_token);
    EXPECT_EQ(option(submission, "signal"), "B:USR1@120");
    EXPECT_EQ(submission.sbatch.size(), 4U);
    EXPECT_EQ(submission.warning, 120);
    EXPECT_EQ(submission.grace, "20");
    EXPECT_FALSE(submission.requeue);
    EXPECT_EQ(submission.token, known_token);
    EXPECT_EQ(submission.attempt, 1);
    EXPECT_EQ(submission.code, "ssh");
    EXPECT_EQ(submission.dir, "~/.rdvc");
    EXPECT_EQ(submission.min_free, "1G");
    EXPECT_TRUE(submission.pull);
    EXPECT_FALSE(submission.force);
    ASSERT_EQ(submission.tasks.size(), 1U);
    EXPECT_EQ(submission.tasks[0].name, "exp-0123456789ab");
}

TEST(Compose, LetsTheLaterPlaceDecide) {
    const auto* toml =
        "[run]\ninstance = 'i'\ntime = 'run'\nqos = 'run'\nmem = 'run'\nwckey = 'run'\n"
        "[instances.i]\nqos = 'instance'\nmem = 'instance'\nexclusive = true\n"
        "[instances.j]\nmem = 'other'\n";
    const auto submission = composed(toml, {"--mem=option"});
    EXPECT_EQ(option(submission, "time"), "run");
    EXPECT_EQ(option(submission, "qos"), "instance");
    EXPECT_EQ(option(submission, "mem"), "option");
    EXPECT_EQ(option(submission, "wckey"), "run");
    EXPECT_EQ(option(submission, "exclusive"), "(alone)");
    const auto other = composed(toml, {"--instance=j"});
    EXPECT_EQ(option(other, "mem"), "other");
    EXPECT_EQ(option(other, "qos"), "run");
    EXPECT_EQ(option(other, "exclusive"), "(none)");
    EXPECT_EQ(option(composed(toml, {"--instance="}), "mem"), "run") << "no instance";
    EXPECT_EQ(option(composed("", {"--mem=1", "--mem=2"}), "mem"), "2");
}

TEST(Compose, IsToldBeforeItsTimeIsOver) {
    const std::vector<std::pair<std::string, int>> cases = {
        {"", 120},         {"60", 120}, {"1", 12},        {"10", 120},  {"5:00", 60},
        {"0:03", 1},       {"0:01", 1}, {"00:02:00", 24}, {"1-0", 120}, {"0-00:01", 12},
        {"infinite", 120}, {"0", 120},  {"1:2:3:4", 120}, {"1:", 120},  {"99999999", 120},
    };
    for (const auto& [time, seconds] : cases)
        EXPECT_EQ(warning_before(time), seconds) << time;
    const auto submission = composed("[run]\ntime = 1\n", {"--requeue"});
    EXPECT_EQ(option(submission, "signal"), "B:USR1@12");
    EXPECT_EQ(submission.warning, 12);
    EXPECT_TRUE(submission.requeue);
}

// The user's own signal stays; only one for the job's shell reaches the job.
TEST(Compose, TakesTheUsersSignal) {
    const std::vector<std::pair<std::string, int>> cases = {
        {"B:TERM@30", 30}, {"B:USR2", 60}, {"USR1@90", 0}, {"R:USR1@90", 0}, {"B:USR1@x", 0}};
    for (const auto& [signal, seconds] : cases) {
        const auto submission = composed("", {"--signal=" + signal});
        EXPECT_EQ(option(submission, "signal"), signal);
        EXPECT_EQ(submission.warning, seconds) << signal;
    }
    EXPECT_EQ(option(composed("[run]\nsignal = false\n", {}), "signal"), "(none)");
}

TEST(Compose, TakesAwayWhatIsEmptyOrFalse) {
    EXPECT_EQ(option(composed("[run]\nwckey = ''\n", {}), "wckey"), "(none)");
    EXPECT_EQ(option(composed("[run]\nwckey = false\n", {}), "wckey"), "(none)");
    EXPECT_EQ(option(composed("", {"--wckey="}), "wckey"), "(none)");
    EXPECT_EQ(option(composed("[run]\nexclusive = true\ninstance = 'i'\n"
                              "[instances.i]\nexclusive = false\n",
                              {}),
                     "exclusive"),
              "(none)");
    EXPECT_EQ(option(composed("[run]\ntime = '1'\n", {"--time="}), "time"), "(none)");
    EXPECT_EQ(option(composed("[run]\njob-name = 'mine'\n", {}), "job-name"), "mine");
}

TEST(Compose, AsksForMailOnceThereIsAnAddress) {
    EXPECT_EQ(option(composed("", {}), "mail-type"), "(none)");
    EXPECT_EQ(option(composed("[run]\nmail-user = 'a@b'\n", {}), "mail-type"), "END,FAIL");
    EXPECT_EQ(option(composed("[run]\nmail-user = 'a@b'\nmail-type = 'ALL'\n", {}), "mail-type"),
              "ALL");
    EXPECT_EQ(option(composed("[run]\nmail-user = 'a@b'\nmail-type = ''\n", {}), "mail-type"),
              "(none)");
    EXPECT_EQ(option(composed("[run]\nmail-user = 'a@b'\n", {"--mail-type=BEGIN"}), "mail-type"),
              "BEGIN");
    EXPECT_EQ(option(composed("[run]\nmail-user = ''\n", {}), "mail-type"), "(none)");
}

TEST(Compose, AsksForMailWhereverTheAddressComesFrom) {
    EXPECT_EQ(option(composed("", {"--mail-user=a@b"}), "mail-type"), "END,FAIL");
    EXPECT_EQ(option(composed("[instances.i]\nmail-user = 'a@b'\n", {"--instance=i"}), "mail-type"),
              "END,FAIL");
    EXPECT_EQ(option(composed("[run]\nmail-user = 'a@b'\n", {"--mail-user="}), "mail-type"),
              "(none)");
}

TEST(Compose, PutsItsMarkBeforeTheUsersComment) {
    const auto mark = std::string("rdvc:") + known_token;
    EXPECT_EQ(option(composed("[run]\ncomment = 'nightly'\n", {}), "comment"), mark + " nightly");
    EXPECT_EQ(option(composed("", {"--comment=a|b"}), "comment"), mark + " a|b");
    EXPECT_EQ(option(composed("[run]\ncomment = 'x'\n", {"--comment="}), "comment"), mark);
}

TEST(Compose, NamesTheJobAfterBranchOrCommit) {
    auto detached = facts();
    detached.branch = "";
    EXPECT_EQ(option(composed("", {}, detached), "job-name"), "rdvc-run:demo:c0ffee0123");
    auto longer = facts();
    longer.branch = std::string(2000, 'b');
    EXPECT_LE(option(composed("", {}, longer), "job-name").size(), 1024U);
}

// A branch's name is cut between characters, not in the middle of one.
TEST(Compose, CutsALongJobNameBetweenCharacters) {
    for (std::size_t shift = 0; shift < 3; ++shift) {
        auto longer = facts();
        longer.branch = std::string(shift, 'x');
        while (longer.branch.size() < 600)
            longer.branch += "\xe2\x9c\x93";
        EXPECT_TRUE(base::is_utf8(option(composed("", {}, longer), "job-name"))) << shift;
    }
}

TEST(Compose, ActivatesWhatWasSetUp) {
    auto with_setup = facts();
    with_setup.setup = "./init_env.sh";
    EXPECT_EQ(composed("", {}, with_setup).environment.activate, "source .venv/bin/activate");
    EXPECT_EQ(composed("", {}).environment.activate, "")
        << "nothing is set up, so nothing is activated";
    EXPECT_EQ(composed("[env]\nactivate = 'module load dvc'\n", {}).environment.activate,
              "module load dvc");
    EXPECT_EQ(composed("[env]\nactivate = ''\n", {}, with_setup).environment.activate, "");
}

TEST(Compose, TakesTheRestFromConfigurationAndArguments) {
    const auto submission =
        composed("[cluster]\ndir = '/d'\ncache = '/c'\n[job]\nworkspace = '/w'\n"
                 "min_free = '5G'\n[run]\ncode = 'origin'\n",
                 {"-n", "mine", "-f", "--no-pull", "-S", "a=1", "train"});
    EXPECT_EQ(submission.dir, "/d");
    EXPECT_EQ(submission.cache, "/c");
    EXPECT_EQ(submission.workspace_root, "/w");
    EXPECT_EQ(submission.min_free, "5G");
    EXPECT_EQ(submission.code, "origin");
    EXPECT_TRUE(submission.force);
    EXPECT_FALSE(submission.pull);
    EXPECT_EQ(submission.tasks[0].name, "mine");
    EXPECT_EQ(submission.tasks[0].arguments, Words({"-f", "-S", "a=1", "train"}));
}

TEST(Compose, KnowsHowTheJobComesByItsEnvironment) {
    const auto plain = composed("", {}).environment;
    EXPECT_EQ(plain.where, "node");
    EXPECT_TRUE(plain.reuse);
    EXPECT_FALSE(plain.fresh);
    EXPECT_TRUE(plain.inputs.empty() && plain.ignore.empty() && plain.outside.empty());
    const auto other = composed("[env]\nwhere = 'login'\nreuse = false\ninputs = ['a', 'b c']\n"
                                "ignore = ['.git']\noutside = ['~/x']\n",
                                {"--fresh-env"})
                           .environment;
    EXPECT_EQ(other.where, "login");
    EXPECT_FALSE(other.reuse);
    EXPECT_TRUE(other.fresh);
    EXPECT_EQ(other.inputs, Words({"a", "b c"}));
    EXPECT_EQ(other.ignore, Words({".git"}));
    EXPECT_EQ(other.outside, Words({"~/x"}));
}

// The topmost commit that was made on HEAD.
TEST(Compose, RunsACommandInsteadOfAnExperiment) {
    const auto submission = composed("", {"--cmd", "--", "./work.sh", "-S", "a b"});
    EXPECT_EQ(static_cast<int>(submission.kind), static_cast<int>(Kind::command));
    EXPECT_EQ(submission.tasks.at(0).arguments, Words({"./work.sh", "-S", "a b"}));
    EXPECT_EQ(submission.tasks.at(0).name, "exp-0123456789ab");
    EXPECT_TRUE(submission.force) << "no ref is made, so no name is taken";
    EXPECT_EQ(static_cast<int>(composed("", {}).kind), static_cast<int>(Kind::experiment));
}

TEST(Compose, BeginsASweepWithOneJobIfItsTasksShareStages) {
    const auto array_of = [](const Words& words, Words shared) {
        auto known = facts();
        known.shared = std::move(shared);
        const auto submission = composed("", words, known);
        const auto lifted = submission.warm_up ? std::to_string(submission.array_limit) : "-";
        return option(submission, "array") + " " + lifted;
    };
    EXPECT_EQ(array_of({"-S", "a=1,2,3"}, {}), "1-3 -");
    EXPECT_EQ(array_of({"-S", "a=1,2,3"}, {"prep"}), "1-3%1 0");
    EXPECT_EQ(array_of({"-S", "a=1,2,3", "--array-limit=2"}, {"prep"}), "1-3%1 2");
    EXPECT_EQ(array_of({"-S", "a=1,2,3", "--array-limit=1"}, {"prep"}), "1-3%1 -");
    EXPECT_EQ(array_of({"-S", "a=1,2,3", "--no-warmup"}, {"prep"}), "1-3 -");
    EXPECT_EQ(array_of({"-S", "a=1,2,3", "--warmup"}, {}), "1-3%1 0");
    EXPECT_EQ(array_of({"-S", "a=1,2,3", "--pack=2"}, {"prep"}), "1-2%1 0");
    EXPECT_EQ(array_of({"-S", "a=1,2,3", "--pack=9"}, {"prep"}), "1-1 -") << "one job warms itself";
}

TEST(Facts, KnowTheirTip) {
    auto all = facts();
    EXPECT_EQ(all.tip(), all.commit);
    all.extras = "e";
    EXPECT_EQ(all.tip(), "e");
    all.snapshot = "s";
    EXPECT_EQ(all.tip(), "e");
    all.extras = "";
    EXPECT_EQ(all.tip(), "s");
}

TEST(Compose, RefusesAnUnknownInstance) {
    EXPECT_EQ(tests::failure_of([] { return composed("", {"--instance=x"}); }).code,
              Exit::configuration);
    EXPECT_EQ(tests::failure_of([] { return composed("[run]\ninstance = 'x'\n", {}); }).code,
              Exit::configuration);
}

TEST(NewWarning, FollowsANewTimeLimitUnlessTheUserChoseTheSignal) {
    const std::string script =
        "#!/bin/bash\n#\n#SBATCH --time=5\n#SBATCH --signal=B:USR1@60\n\nx\n";
    EXPECT_EQ(new_warning(script, {{"time", "1:00:00"}}), 120);
    EXPECT_EQ(new_warning(script, {{"time", "1"}, {"mem", "1G"}}), 12);
    EXPECT_EQ(new_warning(script, {{"mem", "1G"}}), std::nullopt);
    EXPECT_EQ(new_warning(script, {{"time", "60"}, {"signal", "B:USR1@7"}}), std::nullopt);
    EXPECT_EQ(new_warning("#!/bin/bash\n#SBATCH --time=5\n#SBATCH --signal=B:USR1@61\n",
                          {{"time", "60"}}),
              std::nullopt);
    EXPECT_EQ(new_warning("#!/bin/bash\n#SBATCH --signal=B:USR1@120\n", {{"time", "5"}}), 60);
    EXPECT_EQ(new_warning("", {{"time", "5"}}), std::nullopt);
}

} // namespace
} // namespace rdvc::submission
