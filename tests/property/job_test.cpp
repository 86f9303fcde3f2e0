// Arguments reach `dvc exp run` in a job byte for byte: rendered scripts are run by real bash, with
// a stub for dvc that records its arguments.

#include <array>
#include <future>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "script/embedded.hpp"
#include "script/render.hpp"
#include "submission/name.hpp"
#include "submission/token.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"
#include "support/hostile.hpp"

namespace rdvc {
namespace {

namespace fs = std::filesystem;
using submission::Submission;
using tests::Folder;
using tests::GitRepository;
using tests::Words;

// `dvc exp run` writes its arguments into ${STUB_RECORD} and makes the experiment's ref, as DVC
// does.
constexpr auto stub = R"(#!/bin/bash
case "$1 ${2:-} ${3:-}" in
'--wait-for-lock exp run' | 'exp run '*)
    printf '%d\0' "$#" >>"${STUB_RECORD}"
    printf '%s\0' "$@" >>"${STUB_RECORD}"
    [[ -z ${RDVC_JOB_REPO_REV:-} || -n ${STUB_ONLY_RECORDS:-} ]] || git update-ref \
        "refs/exps/${RDVC_JOB_REPO_REV:0:2}/${RDVC_JOB_REPO_REV:2}/${RDVC_JOB_EXP_NAME}" HEAD
    ;;
--version*) echo 3.67.1 ;;
*) exit 9 ;;
esac
)";

std::vector<Words> recorded(const fs::path& file) {
    std::vector<Words> calls;
    const auto parts = base::split(tests::content_of(file), '\0');
    for (std::size_t at = 0; at + 1 < parts.size();) {
        const auto n = std::stoul(parts[at]);
        calls.emplace_back(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                           parts.begin() + static_cast<std::ptrdiff_t>(at + n) + 1);
        at += n + 1;
    }
    return calls;
}

Words expected_call(const std::string& name, const Words& arguments) {
    Words call = {"--wait-for-lock", "exp", "run", "--allow-missing", "-n", name};
    call.insert(call.end(), arguments.begin(), arguments.end());
    return call;
}

Submission submission_of(const Words& arguments, const std::string& commit) {
    Submission submission;
    submission.token = submission::make_token();
    submission.facts = {.repo_name = "demo",
                        .origin_url = "",
                        .branch = "main",
                        .commit = commit,
                        .project_dir = "",
                        .subdir = "",
                        .mirror = "demo-12345678.git",
                        .setup = ""};
    submission.code = "ssh";
    submission.data = "ssh";
    submission.tasks = {{submission::name_from_token(submission.token), arguments}};
    submission.dir = "~/.rdvc";
    submission.min_free = "1M";
    return submission;
}

// The part of a script that holds its data.
std::string data_of(const std::string& script) {
    EXPECT_TRUE(script.ends_with(script::embedded("job/main.sh")));
    return script.substr(0, script.size() - script::embedded("job/main.sh").size());
}

// Definitions from the sections around the tested ones; nothing is saved or stopped here.
constexpr auto stubs = R"(set -euo pipefail
begin_phase() { :; }
rdvc_say() { :; }
rdvc_fail() { printf '%s\n' "$1" >&2; exit 1; }
begin_saving() { :; }
begin_live() { :; }
begin_measured_work() { :; }
end_live() { :; }
begin_warm_up() { :; }
end_warm_up() { :; }
stop_saving() { :; }
oom_kills() { printf 0; }
run_dvc() { run_in_group "$@"; }
restore_for_command() { :; }
note_partial() { :; }
)";

// The data of each list, and the job's own function that runs the experiment; all in one bash.
TEST(JobArguments, ReachDvcByteForByte) {
    const Folder folder;
    fs::create_directories(folder / "repository");
    tests::write_program(folder / "bin" / "dvc", stub);
    const auto lists = tests::hostile_lists(1000);
    std::string program = "RDVC_OWN_DVC_VERSION=3.67.1\nhas_dvc_remote() { return 1; }\n";
    program += script::embedded("job/lib/stop.sh");
    program += stubs;
    program += script::embedded("job/3-run/begin.sh");
    program += script::embedded("job/3-run/experiment.sh");
    std::vector<Words> expected;
    for (const auto& list : lists) {
        const auto submission = submission_of(list, "c0ffee");
        program += data_of(script::render_job(submission));
        program += "RDVC_OWN_REPO_DIR=" + (folder / "repository").string() + "\nrun_experiment\n";
        expected.push_back(expected_call(submission.tasks[0].name, list));
    }
    base::ProcessRunner runner;
    const auto path = (folder / "bin").string() + ":" + std::getenv("PATH");
    const auto result =
        runner.run({.argv = {"bash", "-s"},
                    .input = {program},
                    .environment = {{"PATH", path},
                                    {"STUB_ONLY_RECORDS", "1"},
                                    {"STUB_RECORD", (folder / "record").string()}}});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    const auto calls = recorded(folder / "record");
    ASSERT_EQ(calls.size(), expected.size());
    for (std::size_t i = 0; i < calls.size(); ++i)
        ASSERT_EQ(calls[i], expected[i]) << tests::shown(expected[i]);
}

// The same for a command of the user's own: a program, whatever function or builtin has its name.
TEST(JobArguments, ReachACommandByteForByte) {
    const Folder folder;
    fs::create_directories(folder / "repository");
    for (const auto* name : {"main", "true", "rdvc_fail"})
        tests::write_program(folder / "bin" / name,
                             "#!/bin/bash\nprintf '%d\\0' \"$#\" >>\"${STUB_RECORD}\"\n"
                             "(($# == 0)) || printf '%s\\0' \"$@\" >>\"${STUB_RECORD}\"\n");
    std::string program = "main() { exit 9; }\n"
                          "RDVC_OWN_MESSAGE=\nRDVC_OWN_RECORD_DIR=/none\nRDVC_OWN_WORKSPACE_DIR=" +
                          folder.path().string() + "\n";
    program += script::embedded("job/lib/stop.sh");
    program += stubs;
    program += script::embedded("job/3-run/begin.sh");
    program += script::embedded("job/3-run/command.sh");
    std::vector<Words> expected;
    for (const auto& list : tests::hostile_lists(500)) {
        expected.push_back(list);
        auto submission = submission_of(list, "c0ffee");
        submission.kind = submission::Kind::command;
        auto& words = submission.tasks.front().arguments;
        words.insert(words.begin(),
                     std::to_array({"main", "true", "rdvc_fail"}).at(expected.size() % 3));
        program += data_of(script::render_job(submission));
        program += "RDVC_OWN_REPO_DIR=" + (folder / "repository").string() + "\nrun_command\n";
    }
    base::ProcessRunner runner;
    const auto result =
        runner.run({.argv = {"bash", "-s"},
                    .input = {program},
                    .environment = {{"PATH", (folder / "bin").string() + ":" + std::getenv("PATH")},
                                    {"STUB_RECORD", (folder / "record").string()}}});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    const auto calls = recorded(folder / "record");
    ASSERT_EQ(calls.size(), expected.size());
    for (std::size_t i = 0; i < calls.size(); ++i)
        ASSERT_EQ(calls[i], expected[i]) << tests::shown(expected[i]);
}

// The option came with DVC 3.61.
TEST(JobArguments, WaitForTheLockWhereDvcCan) {
    const std::vector<std::pair<std::string, bool>> versions = {
        {"3.0.0", false},
        {"3.9.1", false},
        {"3.10.0", false},
        {"3.59.2", false},
        {"3.60.1", false},
        {"3.61.0", true},
        {"3.67.1", true},
        {"3.70.0", true},
        {"3.100.0", true},
        {"3.601.0", true},
        {"4.0.0", true},
        {"4.60.0", true},
        {"3.67.1.dev5+g0123456", true},
    };
    const Folder folder;
    tests::write_program(folder / "dvc", "#!/bin/bash\nprintf '%s\\n' \"$1\"\n");
    for (const auto& [version, waits] : versions) {
        base::ProcessRunner runner;
        const auto result = runner.run(
            {.argv = {"bash", "-s"},
             .input = {std::string(script::embedded("job/lib/stop.sh")) + stubs +
                       std::string(script::embedded("job/3-run/begin.sh")) +
                       std::string(script::embedded("job/3-run/experiment.sh")) +
                       data_of(script::render_job(submission_of({}, "c0ffee"))) +
                       "RDVC_OWN_REPO_DIR=/\nRDVC_OWN_DVC_VERSION=" + version +
                       "\nRDVC_JOB_PULL=0\nrun_experiment\n"},
             .environment = {{"PATH", folder.path().string() + ":" + std::getenv("PATH")}}});
        EXPECT_EQ(result.err, "");
        EXPECT_EQ(result.out, waits ? "--wait-for-lock\n" : "exp\n") << version;
    }
}

// A cluster for whole scripts: a home folder with rdvc's own, the project's mirror, and a setup
// command that makes the environment with the stub in it.
class Cluster {
  public:
    Cluster() : project_(folder_ / "laptop" / "demo") {
        project_.write(".dvc/config", "");
        project_.write("init_env.sh",
                       std::string("#!/bin/bash\nset -e\nmkdir -p .venv/bin\n"
                                   "cat >.venv/bin/dvc <<'STUB'\n") +
                           stub +
                           "STUB\nchmod +x .venv/bin/dvc\n"
                           "echo 'PATH=\"$PWD/.venv/bin:$PATH\"' >.venv/bin/activate\n");
        fs::permissions(project_.path() / "init_env.sh", fs::perms::owner_all);
        commit_ = project_.commit();
        fs::create_directories(rdvc() / "repos");
        project_.git({"clone", "--quiet", "--bare", ".", mirror().string()});
        tests::put_file(rdvc() / "functions" / script::job_functions().hash / "job.sh",
                        script::job_functions().text);
    }

    // Runs the job as SLURM would: the attempt's number is the script's argument.
    base::Result run(const Submission& submission, const std::string& locale = "C.UTF-8") const {
        const auto folder = rdvc() / "submissions" / submission.token;
        tests::put_file(folder / "job.sh", script::render_job(submission));
        base::ProcessRunner runner;
        return runner.run({.argv = {"bash", (folder / "job.sh").string(), "1"},
                           .environment = {{"HOME", (folder_ / "home").string()},
                                           {"LC_ALL", locale},
                                           {"TMPDIR", folder_.path().string()},
                                           {"SLURM_JOB_ID", "12"},
                                           {"STUB_RECORD", record(submission).string()}},
                           .folder = folder_.path()});
    }

    [[nodiscard]] Submission submission(const Words& arguments) const {
        auto made = submission_of(arguments, commit_);
        made.facts.setup = "./init_env.sh";
        made.environment.activate = "source .venv/bin/activate";
        return made;
    }
    [[nodiscard]] fs::path record(const Submission& submission) const {
        return folder_ / ("record-" + submission.token);
    }
    [[nodiscard]] std::string result(const Submission& submission) const {
        return tests::content_of(rdvc() / "jobs" / submission.token / "0" / "result");
    }
    [[nodiscard]] fs::path rdvc() const { return folder_ / "home" / ".rdvc"; }
    [[nodiscard]] fs::path mirror() const { return rdvc() / "repos" / "demo-12345678.git"; }
    [[nodiscard]] const Folder& folder() const { return folder_; }
    GitRepository& project() { return project_; }
    void use(const std::string& commit) { commit_ = commit; }

  private:
    Folder folder_;
    GitRepository project_;
    std::string commit_;
};

// One whole script: its output if it failed; "" if it succeeded.
std::string complaint(const Cluster& cluster, const Words& arguments, const std::string& locale) {
    const auto submission = cluster.submission(arguments);
    const auto result = cluster.run(submission, locale);
    const Words call = expected_call(submission.tasks[0].name, arguments);
    if (result.status != 0)
        return tests::shown(call) + " failed:\n" + result.out + result.err;
    const auto calls = recorded(cluster.record(submission));
    if (calls != std::vector<Words>{call})
        return tests::shown(call) + " became " +
               (calls.empty() ? "nothing" : tests::shown(calls[0]));
    if (!cluster.result(submission).starts_with("state published\n"))
        return cluster.result(submission);
    return "";
}

TEST(JobArguments, ReachDvcThroughTheWholeScript) {
    const Cluster cluster;
    const auto lists = tests::hostile_lists(60);
    // Two at a time: each starts some 30 processes.
    const auto run = [&](std::size_t from) {
        std::vector<std::string> complaints;
        for (std::size_t i = from; i < lists.size(); i += 2)
            complaints.push_back(complaint(cluster, lists[i], i % 4 < 2 ? "C.UTF-8" : "C"));
        return complaints;
    };
    auto other = std::async(std::launch::async, run, 1U);
    auto complaints = run(0);
    const auto others = other.get();
    complaints.insert(complaints.end(), others.begin(), others.end());
    EXPECT_EQ(complaints.size(), lists.size());
    for (const auto& text : complaints)
        EXPECT_EQ(text, "");
}

// Folders and commands of the project may be called what they like.
TEST(JobFolders, MayHaveAnyName) {
    std::size_t tried = 0;
    for (const auto& words : tests::hostile_lists(200)) {
        auto name = base::join(words, "");
        std::erase_if(name, [](char c) { return c == '/' || c == ':'; }); // `:` parts PATH
        if (name.empty() || name == "." || name == ".." || name.size() > 200 ||
            name.find(".git") != std::string::npos || !base::is_utf8(name))
            continue;
        if (++tried > 20)
            break;
        Cluster cluster;
        cluster.project().write("sub/" + name + "/.dvc/config", "");
        cluster.project().write("sub/" + name + "/inner/x", "");
        cluster.project().write("sub/" + name + "/init_env.sh", "true\n");
        cluster.project().git({"mv", "--force", "init_env.sh", "sub/" + name + "/init_env.sh"});
        cluster.use(cluster.project().commit());
        cluster.project().git({"push", "--quiet", cluster.mirror().string(), "main"});
        auto submission = cluster.submission({"-S", "x=" + name});
        submission.facts.project_dir = "sub/" + name;
        submission.facts.subdir = "sub/" + name + "/inner";
        const auto result = cluster.run(submission);
        ASSERT_EQ(result.status, 0) << base::quote(name) << "\n" << result.out << result.err;
        EXPECT_EQ(recorded(cluster.record(submission)),
                  std::vector<Words>{expected_call(submission.tasks[0].name, {"-S", "x=" + name})});
    }
    EXPECT_GT(tried, 10U);
}

TEST(JobName, IsTheExperimentsEverywhere) {
    const Cluster cluster;
    for (const std::string name : {"first", "it's", "$(x)`y`", "a\"b", "\xc3\xbc", "{a,b}", "%s%d",
                                   "!x", "a&b|c;d", "<x>"}) {
        auto submission = cluster.submission({});
        submission.tasks[0].name = name;
        const auto result = cluster.run(submission);
        ASSERT_EQ(result.status, 0) << name << "\n" << result.out << result.err;
        EXPECT_EQ(recorded(cluster.record(submission)),
                  std::vector<Words>{expected_call(name, {})});
        EXPECT_NE(cluster.result(submission).find("\nname " + name + "\n"), std::string::npos);
        const auto ref = submission::experiment_ref(submission.facts.commit, name);
        EXPECT_EQ(tests::run_program({"git", "-C", cluster.mirror().string(), "rev-parse", ref}),
                  submission.facts.commit);
    }
}

} // namespace
} // namespace rdvc
