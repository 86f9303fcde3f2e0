// Whole job scripts under review: what `rdvc run` would send for some submissions.

#include <algorithm>

#include <gtest/gtest.h>

#include "base/process.hpp"
#include "base/text.hpp"
#include "script/embedded.hpp"
#include "script/render.hpp"
#include "slurm/options.hpp"
#include "support/golden.hpp"

namespace rdvc::script {
namespace {

using submission::Facts;
using Words = std::vector<std::string>;

constexpr auto token = "0123456789abcdef0123456789abcdef";

Facts demo() {
    return {.repo_name = "rdvc-demo-project",
            .origin_url = "git@github.com:alice/rdvc-demo-project.git",
            .branch = "main",
            .commit = "c0ffee0123456789c0ffee0123456789c0ffee01",
            .project_dir = "",
            .subdir = "",
            .mirror = "rdvc-demo-project-7f3a9c1d.git",
            .setup = ""};
}

// The functions' hash changes with every edit of them, which does not matter here.
std::string settled(const std::string& script) {
    return tests::replaced(script, "/functions/" + job_functions().hash, "/functions/HASH");
}

std::string job(const Facts& facts, std::string_view toml, const Words& words) {
    config::Config config;
    config.read_layer(toml, "config.toml", config::Whose::user, "");
    return render_job(
        submission::compose(token, facts, config, submission::parse_run_arguments(words)));
}

// The parts that differ between scripts: header and data. The rest is in plain.sh.
std::string head(const Facts& facts, const std::string& toml,
                 const std::vector<std::string>& words) {
    const auto text = settled(job(facts, toml, words));
    return text.substr(0, text.find("# --- Main ---"));
}

// `rdvc run` in a project without configuration, setup or remote.
TEST(GoldenJob, Plain) {
    Facts facts = demo();
    facts.origin_url = "";
    tests::expect_golden("plain.sh", settled(job(facts, "", {})));
}

// Everything that may travel: changes, ignored files, submodules; and how environments are built.
TEST(GoldenJob, Snapshot) {
    Facts facts = demo();
    facts.snapshot = "5a9500123456789c0ffee0123456789c0ffee010";
    facts.extras = "e87a50123456789c0ffee0123456789c0ffee012";
    facts.submodules = {
        {"libs/my data", "da7a00123456789c0ffee0123456789c0ffee013", "data-0123abcd.git"},
        {"libs/my data/it's", "da7a10123456789c0ffee0123456789c0ffee014", "its-4567abcd.git"}};
    facts.user_name = "Alice O'Hara";
    facts.user_email = "alice@example.org";
    facts.setup = "./init_python_venv.sh";
    tests::expect_golden("snapshot.head.sh", head(facts,
                                                  "[env]\n"
                                                  "where = \"login\"\n"
                                                  "reuse = false\n"
                                                  "inputs = [\"conda/*.yml\", \"a b\"]\n"
                                                  "ignore = [\".git\"]\n"
                                                  "outside = [\"~/miniconda3\"]\n",
                                                  {"--fresh-env"}));
}

// A demo with a configuration file, an instance, mail: `rdvc run -S fabric=gpu`.
TEST(GoldenJob, Demo) {
    Facts facts = demo();
    facts.setup = "./init_python_venv.sh";
    tests::expect_golden("demo.head.sh", head(facts,
                                              "[cluster]\n"
                                              "host = \"hpc\"\n"
                                              "username = \"alice\"\n"
                                              "[run]\n"
                                              "instance = \"t3.xlarge\"\n"
                                              "wckey = \"rdvc-demo-project\"\n"
                                              "mail-user = \"alice@example.org\"\n"
                                              "[instances.\"t3.xlarge\"]\n"
                                              "constraint = \"t3.xlarge\"\n"
                                              "cpus-per-task = 2\n"
                                              "nodes = 1\n"
                                              "exclusive = true\n",
                                              {"-S", "fabric=gpu"}));
}

// What all tasks share; and the file with what is their own.
TEST(GoldenJob, Sweep) {
    config::Config config;
    auto submission = submission::compose(
        token, demo(), config,
        submission::parse_run_arguments({"-n", "grid", "-S", "lr=0.1, 0.01", "--array-limit=2",
                                         "-S", R"(text='it\'s',"two words",'ü')", "train"}));
    const auto text = settled(render_job(submission));
    EXPECT_LE(text.size(), 16U << 10U);
    tests::expect_golden("sweep.head.sh", text.substr(0, text.find("# --- Main ---")));
    tests::expect_golden("sweep.tasks", submission::tasks_file(submission.tasks));
}

// The job clones origin; the project is a subfolder of the repository.
TEST(GoldenJob, Origin) {
    Facts facts = demo();
    facts.branch = "feature/wider-net";
    facts.project_dir = "models/solubility";
    facts.subdir = "models/solubility/reports";
    facts.setup = "make env";
    tests::expect_golden("origin.head.sh", head(facts,
                                                "[run]\n"
                                                "code = \"origin\"\n"
                                                "[env]\n"
                                                "activate = \"module load dvc\\nsource env.sh\"\n",
                                                {"--time=2:00:00", "--partition=gpu", "--gpus=1",
                                                 "-f", "-n", "wider", "--no-pull", "train"}));
}

// Names and values that users and projects may well have, and some that nobody should.
TEST(GoldenJob, Hostile) {
    Facts facts = demo();
    facts.branch = "it's-\"$(touch${IFS}x)\"";
    facts.project_dir = "my project/Molek\xc3\xbcl";
    facts.subdir = "my project/Molek\xc3\xbcl/-rf *";
    facts.origin_url = "ssh://alice@host/~/a b/`id`.git";
    facts.setup = "echo \"it's\" > 'a b' && ! false\nexit 0";
    tests::expect_golden(
        "hostile.head.sh",
        head(facts,
             "[run]\n"
             "comment = \"say \\\"hi\\\" \\\\ # $HOME `id` 'q'\"\n"
             "[env]\n"
             "activate = \"a='$x'; b=\\\"`y`\\\"\"\n",
             {"-S", "text=it's \"quoted\" $HOME $(id) `id` \\ * ? [a] {b} ~ # ! & | ;", "-S",
              "lines=a\nb\r\n\tc", "-S", "bytes=\x01\x1b\x7f\xff\xc3\xbc", "--job-name=#1 & only",
              "", "-S", "empty=", "--", "-dash", "tr\xc3\xa4in"}));
}

// Steps and functions of the project's own.
TEST(GoldenJob, Hooks) {
    Facts facts = demo();
    facts.library = ".rdvc/job.sh";
    facts.hooks = {
        {"before-environment", "module load cuda\nmodule list", "~/.config/rdvc/config.toml:3"},
        {"after-publish", "source .rdvc/hooks/after-publish", ".rdvc/hooks/after-publish"}};
    tests::expect_golden("hooks.head.sh", head(facts, "", {}));
}

// Folders of the user's own choice, with a blank in each.
TEST(GoldenJob, Folders) {
    tests::expect_golden("folders.head.sh", head(demo(),
                                                 "[cluster]\n"
                                                 "dir = \"~/my rdvc\"\n"
                                                 "cache = \"/scratch/alice/dvc cache\"\n"
                                                 "[job]\n"
                                                 "workspace = \"/local/$USER\"\n"
                                                 "min_free = \"20G\"\n",
                                                 {}));
}

// A command of the user's own, in a repository without DVC.
TEST(GoldenJob, Command) {
    Facts facts = demo();
    facts.subdir = "tools";
    facts.outputs = {"tools/out", "tools/my results"};
    tests::expect_golden("command.head.sh",
                         head(facts, "",
                              {"--cmd", "--time=1:00:00", "-n", "bench", "--", "./bench it.sh",
                               "-n", "it's \"quoted\" $HOME\n", "--", ""}));
}

// --- What holds for every script ---

TEST(Job, IsSmallWhateverItIsGiven) {
    Words words;
    for (const auto& option : slurm::options())
        if (option.refusal.empty())
            words.push_back(
                "--" + std::string(option.name) +
                (option.argument == slurm::Argument::none ? "" : "=" + std::string(50, 'v')));
    for (int i = 0; i < 60; ++i) {
        words.emplace_back("-S");
        words.push_back("model.config.trainer.parameter_" + std::to_string(i) +
                        "='a value, in quotes'");
    }
    Facts facts = demo();
    facts.setup = std::string(500, 's');
    EXPECT_LE(job(facts, "", words).size(), 16U * 1024U);
}

TEST(Job, BeginsWithItsHeader) {
    const auto lines = base::lines(job(demo(), "", {"--time=1:00:00", "--comment=a \"b\" #c"}));
    EXPECT_EQ(lines.at(0), "#!/bin/bash");
    // sbatch stops looking for its options at the first line that is neither blank nor a comment.
    const auto first_command =
        std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
            return !line.empty() && !line.starts_with("#");
        });
    const auto is_option = [](const std::string& line) { return line.starts_with("#SBATCH"); };
    EXPECT_EQ(std::count_if(lines.begin(), first_command, is_option), 5);
    EXPECT_EQ(std::count_if(first_command, lines.end(), is_option), 0);
}

// sbatch refuses a script with carriage returns or NULs; an editor must show each line as one.
TEST(Job, IsCleanText) {
    const auto script = job(demo(), "[env]\nactivate = \"a\\r\\nb\"\n",
                            {"-S", "x=a\r\nb\x1b[31m\xff", "-S", "y=\xc3\xbc"});
    EXPECT_TRUE(base::is_utf8(script));
    for (const char c : script)
        EXPECT_TRUE(c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20) << int{c};
    EXPECT_TRUE(script.ends_with("\nmain\n"));
}

TEST(Job, IsBash) {
    base::ProcessRunner runner;
    const auto script = job(demo(), "", {"-S", "x=$(("});
    EXPECT_EQ(runner.run({.argv = {"bash", "-n"}, .input = {script}}).err, "");
}

// --- The functions, which the cluster stores once ---

TEST(JobFunctions, AreCleanText) {
    const auto& text = job_functions().text;
    EXPECT_TRUE(base::is_utf8(text));
    for (const char c : text)
        EXPECT_TRUE(c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20) << int{c};
    EXPECT_TRUE(text.ends_with("\n}\n")) << "the last one is complete";
}

TEST(JobFunctions, AreBash) {
    base::ProcessRunner runner;
    EXPECT_EQ(runner.run({.argv = {"bash", "-n"}, .input = {job_functions().text}}).err, "");
}

// Every job and git's filters source them: that must neither do nor print anything.
TEST(JobFunctions, DoNothingByThemselves) {
    base::ProcessRunner runner;
    const auto result =
        runner.run({.argv = {"bash", "-euo", "pipefail"},
                    .input = {job_functions().text + "\ntrap -p\njobs\nprintf '%s' \"$-\"\n"}});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "ehuBs") << "no traps, no jobs, the shell's own options";
    EXPECT_EQ(result.err, "");
}

} // namespace
} // namespace rdvc::script
