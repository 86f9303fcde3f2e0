#include "script/render.hpp"
#include "script/requests.hpp"

#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "base/process.hpp"
#include "base/text.hpp"
#include "script/embedded.hpp"
#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::script {
namespace {

using submission::Submission;
using Words = std::vector<std::string>;

Submission plain() {
    Submission submission;
    submission.token = "0123456789abcdef0123456789abcdef";
    submission.facts = {.repo_name = "demo",
                        .origin_url = "git@github.com:alice/demo.git",
                        .branch = "main",
                        .commit = "c0ffee0123456789c0ffee0123456789c0ffee01",
                        .project_dir = "",
                        .subdir = "",
                        .mirror = "demo-12345678.git",
                        .setup = ""};
    submission.code = "ssh";
    submission.data = "ssh";
    submission.tasks = {{"first", {}}};
    submission.dir = "~/.rdvc";
    submission.min_free = "1G";
    return submission;
}

// Only the script's header and data.
std::string head_of(const std::string& script) {
    EXPECT_TRUE(script.ends_with(embedded("job/main.sh")));
    return script.substr(0, script.size() - embedded("job/main.sh").size());
}

// The values of `names` that bash reads from the data, with a home folder of our choice.
std::vector<std::string>
evaluated(const Submission& submission, const Words& names,
          const std::vector<std::pair<std::string, std::string>>& environment = {}) {
    auto program = head_of(render_job(submission));
    for (const auto& name : names)
        program += "printf '%s\\0' \"${" + name + "}\"\n";
    auto variables = environment;
    variables.emplace_back("HOME", "/home/alice b");
    base::ProcessRunner runner;
    const auto result =
        runner.run({.argv = {"bash", "-eu"}, .input = {program}, .environment = variables});
    EXPECT_EQ(result.err, "");
    auto values = base::split(result.out, '\0');
    values.pop_back();
    return values;
}

TEST(Embedded, HoldsTheFilesOfTheCluster) {
    EXPECT_TRUE(embedded("job/main.sh").ends_with("main\n"));
    EXPECT_EQ(std::string(embedded("login/submit.sh")),
              tests::content_of(std::filesystem::path(RDVC_SOURCE_FOLDER) / "cluster" / "login" /
                                "submit.sh"));
}

TEST(JobFunctions, AreTheSectionsInTheirOrder) {
    const auto& job = job_functions().text;
    std::size_t before = 0;
    for (const auto* name :
         {"both/folders.sh", "both/slurm.sh", "job/1-workspace/workspace.sh",
          "job/2-environment/environment.sh", "job/3-run/command.sh", "job/3-run/experiment.sh",
          "job/4-publish/publish.sh", "job/lib/finish.sh", "job/lib/start.sh"}) {
        const auto at = job.find(embedded(name));
        ASSERT_NE(at, std::string::npos) << name;
        EXPECT_GE(at, before) << name;
        before = at;
    }
    EXPECT_EQ(job.find(embedded("login/lib/common.sh")), std::string::npos);
    EXPECT_EQ(job.find(embedded("job/main.sh")), std::string::npos) << "every script has it itself";
}

// The name determines the functions.
TEST(JobFunctions, AreNamedAfterTheirText) {
    EXPECT_EQ(job_functions().hash, base::short_hash(job_functions().text));
    EXPECT_NE(render_job(plain()).find("\nRDVC_JOB_FUNCTIONS=\"${RDVC_DIR}/functions/" +
                                       job_functions().hash + "\"\n"),
              std::string::npos);
}

TEST(RenderJob, HasOneHeaderLineAnOption) {
    auto submission = plain();
    submission.sbatch = {{"time", "1:00:00"}, {"exclusive", std::nullopt}, {"comment", "a \"b\""}};
    EXPECT_NE(render_job(submission)
                  .find("\n#SBATCH --time=1:00:00\n#SBATCH --exclusive\n"
                        "#SBATCH --comment=\"a \\\"b\\\"\"\n"),
              std::string::npos);
    submission.sbatch = {{"comment", "a\nb"}};
    EXPECT_EQ(tests::failure_of([&] { return render_job(submission); }).code, base::Exit::usage);
}

TEST(RenderJob, KeepsRdvcsFolderInTheHomeOfTheCluster) {
    const Words names = {"RDVC_DIR", "RDVC_JOB_REPO_URL", "RDVC_JOB_CACHE_DIR"};
    EXPECT_EQ(evaluated(plain(), names),
              Words({"/home/alice b/.rdvc", "/home/alice b/.rdvc/repos/demo-12345678.git",
                     "/home/alice b/.rdvc/cache"}));
    const std::vector<std::pair<std::string, std::string>> elsewhere = {
        {"RDVC_DIR", "/else where"}};
    EXPECT_EQ(evaluated(plain(), names, elsewhere),
              Words({"/else where", "/else where/repos/demo-12345678.git", "/else where/cache"}));
}

TEST(RenderJob, TakesAnyFolder) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"/scratch/alice", "/scratch/alice"},
        {"/my rdvc", "/my rdvc"},
        {"~/my rdvc", "/home/alice b/my rdvc"},
        {"~", "/home/alice b"},
        {"~/", "/home/alice b/"},
        {"/a}b'c\"d$e`f\\g*", "/a}b'c\"d$e`f\\g*"},
        {"~/x}y", "/home/alice b/x}y"},
        {"/a\nb", "/a\nb"},
        {"/a:~/b", "/a:~/b"},
        {"/\xff", "/\xff"},
    };
    for (const auto& [dir, path] : cases) {
        auto submission = plain();
        submission.dir = dir;
        submission.cache = dir;
        EXPECT_EQ(evaluated(submission, {"RDVC_DIR", "RDVC_JOB_CACHE_DIR"}), Words({path, path}))
            << dir;
    }
}

TEST(RenderJob, TakesTheCodeFromTheMirrorOrFromOrigin) {
    const Words names = {"RDVC_JOB_CODE", "RDVC_JOB_REPO_URL", "RDVC_JOB_ORIGIN_URL"};
    auto submission = plain();
    submission.facts.origin_url = "ssh://host/a b.git";
    submission.code = "origin";
    EXPECT_EQ(evaluated(submission, names),
              Words({"origin", "ssh://host/a b.git", "ssh://host/a b.git"}));
    submission.code = "ssh";
    submission.data = "ssh";
    EXPECT_EQ(evaluated(submission, names),
              Words({"ssh", "/home/alice b/.rdvc/repos/demo-12345678.git", "ssh://host/a b.git"}));
}

TEST(RenderJob, HandsOverEveryValueAsItIs) {
    const std::string hostile = "it's $HOME `id` $(id) \\ \"q\" *\n\t\xc3\xbc\xff";
    auto submission = plain();
    submission.facts.branch = hostile;
    submission.facts.project_dir = hostile;
    submission.facts.subdir = hostile;
    submission.facts.setup = hostile;
    submission.environment.activate = hostile;
    submission.workspace_root = hostile;
    submission.force = true;
    submission.pull = false;
    const Words values = evaluated(
        submission, {"RDVC_JOB_REPO_BRANCH", "RDVC_JOB_PROJECT_DIR", "RDVC_JOB_SUBDIR",
                     "RDVC_JOB_ENV_SETUP", "RDVC_JOB_ENV_ACTIVATE", "RDVC_JOB_WORKSPACE_ROOT",
                     "RDVC_JOB_TOKEN", "RDVC_JOB_EXP_NAME", "RDVC_JOB_EXP_FORCE", "RDVC_JOB_PULL",
                     "RDVC_JOB_MIN_FREE", "RDVC_JOB_REPO_REV", "RDVC_JOB_REPO_NAME"});
    EXPECT_EQ(values, Words({hostile, hostile, hostile, hostile, hostile, hostile,
                             "0123456789abcdef0123456789abcdef", "first", "1", "0", "1G",
                             "c0ffee0123456789c0ffee0123456789c0ffee01", "demo"}));
}

TEST(RenderJob, HandsOverACommandByteForByte) {
    auto submission = plain();
    submission.kind = submission::Kind::command;
    submission.tasks = {{"first", {"./a b", "", "it's \"$HOME\"", "two\nlines\n", "\xff", "--"}}};
    submission.facts.outputs = {"out", "my results/*"};
    EXPECT_EQ(evaluated(submission, {"RDVC_JOB_KIND", "RDVC_JOB_COMMAND[@]", "RDVC_JOB_OUTPUTS[@]",
                                     "RDVC_JOB_EXP_RUN_OPTIONS-none"}),
              Words({"command", "./a b", "", "it's \"$HOME\"", "two\nlines\n", "\xff", "--", "out",
                     "my results/*", "none"}));
    EXPECT_EQ(evaluated(plain(), {"RDVC_JOB_KIND", "RDVC_JOB_COMMAND-none"}),
              Words({"experiment", "none"}));
    EXPECT_NE(render_notes(submission, "", "").find("\nkind command\n"), std::string::npos);
}

TEST(RenderNotes, AreLinesOfKeyAndValue) {
    EXPECT_EQ(render_notes(plain(), "rdvc run -S 'a b'", "2024-03-11T12:00:00Z"),
              "token 0123456789abcdef0123456789abcdef\n"
              "name first\n"
              "kind experiment\n"
              "mirror demo-12345678.git\n"
              "repo demo\n"
              "branch main\n"
              "commit c0ffee0123456789c0ffee0123456789c0ffee01\n"
              "snapshot \n"
              "code ssh\n"
              "data ssh\n"
              "time 2024-03-11T12:00:00Z\n"
              "command rdvc run -S 'a b'\n");
}

TEST(RenderRequest, AssignsBeforeItActs) {
    Variables variables;
    variables.words = {
        {"nonce", "n1"}, {"mirror", "abc"}, {"only", ""}, {"prepare", "module load 'x y'"}};
    variables.lists = {{"open", {"a", "b c"}}};
    const auto all = request_text("status");
    const std::string values =
        "[ \"${BASH_VERSION:-}\" ] || { echo \"@rdvc:n1 shell $0\"; exit 97; }\n"
        "mirror=abc\nnonce=n1\nonly=''\nprepare='module load '\\''x y'\\'''\nopen=(a 'b c')\n"
        "text_hash=" +
        all.hash + "\n";
    EXPECT_EQ(render_request(request_text("status"), variables),
              values + "sent_text=$(head -c " + std::to_string(all.text.size()) +
                  " && printf x)\n" + all.text +
                  "source <(printf '%s' \"${sent_text%x}\")\nstatus\n");
    EXPECT_EQ(render_short_request(request_text("status"), variables),
              values + embedded_without_comments("login/lib/load.sh") + "status\n");
}

TEST(RequestText, IsCommonFunctionsAndTheRequestsOwn) {
    const auto [text, hash, call, name] = request_text("status");
    EXPECT_TRUE(text.starts_with(embedded_without_comments("login/lib/first.sh")));
    EXPECT_NE(text.find(embedded_without_comments("login/lib/queue.sh")), std::string::npos);
    const auto own = embedded_without_comments("login/status.sh");
    EXPECT_EQ(call, "status\n");
    EXPECT_TRUE(text.ends_with(own.substr(0, own.size() - call.size()) +
                               embedded_without_comments("login/lib/last.sh") + "loaded=" + hash +
                               "\n"));
}

TEST(RenderRequest, LeavesCommentsAtHome) {
    const auto text = render_request(request_text("cancel"), {});
    EXPECT_EQ(text.find("\n#"), std::string::npos);
    EXPECT_EQ(text.find("\n\n"), std::string::npos);
    EXPECT_NE(text.find("\nset -u\n"), std::string::npos);
    EXPECT_NE(text.find("${#"), std::string::npos) << "a `#` in a line of code is not a comment";
}

// As after `exec` in ~/.bashrc: nothing runs, and the answer names the shell.
TEST(RenderRequest, TellsAnotherShellFromBash) {
    base::ProcessRunner runner;
    Variables variables;
    variables.words = {{"nonce", "n1"}};
    variables.lists = {{"open", {"a", "b"}}};
    const auto result = runner.run(
        {.argv = {"dash"}, .input = {render_request(request_text("status"), variables)}});
    EXPECT_EQ(result.out, "@rdvc:n1 shell dash\n");
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.status, 97);
}

TEST(RenderRequest, IsBash) {
    base::ProcessRunner runner;
    for (const auto& request : requests())
        for (const auto& program : {render_request(request_text(request.name), {}),
                                    render_short_request(request_text(request.name), {}),
                                    request_text(request.name).text})
            EXPECT_EQ(runner.run({.argv = {"bash", "-n"}, .input = {program}}).err, "")
                << request.name;
}

} // namespace
} // namespace rdvc::script
