// Tests each request of the login node: a command sends it, and the cluster's own bash answers on
// the fake SLURM. So each side reads what the other one writes. The name of a case begins with that
// of its request.

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/md5.hpp"
#include "base/text.hpp"
#include "script/requests.hpp"
#include "support/demo_project.hpp"
#include "support/local_cluster.hpp"

namespace rdvc::commands {
namespace {

namespace fs = std::filesystem;
using base::Exit;

const fs::path support = fs::path(RDVC_SOURCE_FOLDER) / "tests" / "support" / "slurm";

// The request's name in a test's name: `Status`.
std::string name_of_case(const script::Request& request) {
    std::string name(request.name);
    name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
    return name;
}

class OnFakeSlurm : public ::testing::Test {
  protected:
    OnFakeSlurm() {
        fs::create_directories(slurm() / "jobs");
        std::ofstream(slurm() / "calls").flush();
        local_.cluster.environment.emplace_back("FAKE_SLURM", slurm().string());
        local_.cluster.environment.emplace_back("SLURM_CONF", (slurm() / "slurm.conf").string());
    }

    // Ends programs in the background, and checks that the command made the request after which the
    // case is named.
    void TearDown() override {
        call_slurm("stop_fake_slurm");
        const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
        const auto& programs = local_.cluster.programs;
        EXPECT_TRUE(std::any_of(programs.begin(), programs.end(), [&](const std::string& program) {
            const auto* request = tests::request_of(program);
            return request != nullptr && name.starts_with(name_of_case(*request));
        })) << name;
    }

    [[nodiscard]] fs::path slurm() const { return local_.folder / "slurm"; }
    void set_knob(const std::string& name) const { tests::put_file(slurm() / name, ""); }
    void drop_knob(const std::string& name) const { fs::remove(slurm() / name); }

    // Runs a command that must end with `code`; returns its output on both streams.
    std::string rdvc(const Words& words, Exit code = Exit::done) {
        const auto outcome = local_.world.run(words);
        EXPECT_EQ(outcome.code, static_cast<int>(code)) << outcome.out << outcome.err;
        return outcome.out + outcome.err;
    }
    // Waits until no job runs: one removes its workspace after its result.
    void let_jobs_end() const {
        call_slurm("let_jobs_end");
        for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
            const auto owner = base::read_file(entry.path() / "rdvc-owner");
            EXPECT_FALSE(owner && owner->ends_with(" " + local_.cluster.rdvc().string()))
                << entry.path();
        }
    }
    // Submits a job that waits for ever.
    void submit_waiting() {
        set_knob("no-start");
        rdvc({"run", "--cmd", "-n", "first", "--", "true"});
    }
    // Calls a function of slurm.bash.
    void call_slurm(const std::string& name) const {
        tests::run_program({"bash", "-c", "source \"$0\"; FAKE_SLURM=$1; \"$2\"",
                            (support / "slurm.bash").string(), slurm().string(), name});
    }
    // Submits a job, and waits for its end.
    void submit_and_wait(Words words) {
        words.insert(words.begin(), {"run", "--cmd", "-n", "first"});
        rdvc(words);
        local_.world.run({"wait", "first"});
        let_jobs_end();
    }
    [[nodiscard]] fs::path record() const {
        return local_.cluster.rdvc() / "jobs" / local_.token() / "0";
    }
    [[nodiscard]] bool has_begun_command() const {
        return base::read_file(record() / "phases").value_or("").find(" command\n") !=
               std::string::npos;
    }

    tests::LocalProject local_{support / "bin"};
};

void expect_says(const std::string& said, const std::string& text) {
    EXPECT_NE(said.find(text), std::string::npos) << said;
}

TEST_F(OnFakeSlurm, Cancel) {
    submit_waiting();
    EXPECT_EQ(rdvc({"cancel", "first"}), "cancelled first (job 1)\n");
    EXPECT_EQ(rdvc({"cancel", "first"}), "first has already ended\n");
}

TEST_F(OnFakeSlurm, CancelIfScancelFails) {
    submit_waiting();
    set_knob("fail-scancel");
    expect_says(rdvc({"cancel", "first"}, Exit::unknown),
                "warning: it is not known whether first was cancelled: scancel: error: ");
}

TEST_F(OnFakeSlurm, Clean) {
    submit_and_wait({"--", "true"});
    const auto said = rdvc({"clean"});
    expect_says(said, "KEPT");
    expect_says(said, "submission");
}

TEST_F(OnFakeSlurm, Garbage) {
    submit_and_wait({"--", "true"});
    const auto place = local_.cluster.rdvc() / "cache" / "files" / "md5" / "ab";
    const auto object = place / std::string(30, 'c');
    fs::create_directories(place);
    tests::put_file(object, "old");
    fs::last_write_time(object, fs::file_time_type::clock::now() - std::chrono::hours(24 * 30));
    expect_says(rdvc({"clean", "--cache", "--dry-run"}),
                "objects                   1         3 B\n");
    EXPECT_TRUE(fs::exists(object));
    expect_says(rdvc({"clean", "--cache"}), "REMOVED                   HOW MANY  SIZE\n"
                                            "objects                   1         3 B\n");
    EXPECT_FALSE(fs::exists(object));
    expect_says(rdvc({"clean", "--only-rdvc"}, Exit::usage), "`--only-rdvc` needs `--cache`");
}

TEST_F(OnFakeSlurm, Uninstall) {
    const auto remote = local_.cluster.rdvc();
    submit_waiting();
    expect_says(rdvc({"uninstall", "--remote", "--yes"}, Exit::not_ready), "a job waits or runs");
    EXPECT_TRUE(fs::exists(remote / "submissions" / local_.token() / "job.sh"));
    const auto would = rdvc({"uninstall", "--remote", "--force", "--dry-run"});
    expect_says(would, "nothing was removed");
    expect_says(would, "submissions");
    EXPECT_EQ(would.find("STAYS"), std::string::npos) << would;
    EXPECT_TRUE(fs::exists(remote / "submissions" / local_.token() / "job.sh"));
    tests::put_file(remote / "requests" / "0123abcd.metrics", ""); // of an interrupted one
    expect_says(rdvc({"uninstall", "--remote", "--force", "--yes"}), "is gone");
    EXPECT_FALSE(fs::exists(remote));
    expect_says(rdvc({"uninstall", "--remote", "--yes"}), "nothing of rdvc is on local");
    EXPECT_FALSE(fs::exists(remote));
}

TEST_F(OnFakeSlurm, UninstallOfAFolderThatIsNotRdvcs) {
    tests::put_file(local_.cluster.rdvc() / "repos" / "thesis", "");
    expect_says(rdvc({"uninstall", "--remote", "--yes", "--force"}, Exit::not_ready),
                "is not a folder of rdvc's");
    EXPECT_TRUE(fs::exists(local_.cluster.rdvc() / "repos" / "thesis"));
}

TEST_F(OnFakeSlurm, UninstallLeavesAMirrorThatGitCannotRead) {
    submit_and_wait({"--", "true"});
    const auto remote = local_.cluster.rdvc();
    tests::put_file(local_.mirror() / "packed-refs", "no ref\n");
    fs::remove_all(remote / "submissions" / local_.token());
    fs::remove_all(remote / "jobs" / local_.token());
    expect_says(rdvc({"uninstall", "--remote", "--yes"}, Exit::not_ready), "git cannot read it");
    EXPECT_TRUE(fs::exists(local_.mirror() / "packed-refs"));
    expect_says(rdvc({"uninstall", "--remote", "--yes", "--force"}), "is gone");
}

TEST_F(OnFakeSlurm, UninstallLeavesTheCacheThatTheUserNames) {
    submit_and_wait({"--", "true"});
    const auto object = local_.cluster.rdvc() / "cache" / "files" / "md5" / "ab" / "cd";
    tests::put_file(object, "data");
    local_.world.environment["RDVC_CLUSTER_CACHE"] = "~/.rdvc/../.rdvc/cache/";
    expect_says(rdvc({"uninstall", "--remote", "--yes", "--force"}, Exit::not_ready),
                "cluster.cache names it");
    EXPECT_TRUE(fs::exists(object));
}

TEST_F(OnFakeSlurm, UninstallOnAllClusters) {
    submit_and_wait({"--", "true"});
    const auto remote = local_.cluster.rdvc();
    tests::put_file(local_.cluster.home() / "mine" / "thesis", "");
    tests::put_file(local_.folder / "home" / ".config" / "rdvc" / "config.toml",
                    "[cluster]\nhost = \"local\"\ndefault = \"b\"\n"
                    "[clusters.a]\nhost = \"local\"\ndir = \"~/mine\"\n"
                    "[clusters.b]\nhost = \"local\"\ndir = \"~/none\"\n");
    fs::create_directories(local_.state_folder() / "sandbox" / "slurm" / "cluster" / "home");
    const auto said =
        rdvc({"uninstall", "--remote", "--all-clusters", "--yes", "--force"}, Exit::failed);
    expect_says(said, "is not a folder of rdvc's");
    expect_says(said, "is gone");
    expect_says(said, "nothing of rdvc is on local");
    EXPECT_EQ(said.find("sandbox"), std::string::npos) << said;
    EXPECT_FALSE(fs::exists(remote));
    EXPECT_TRUE(fs::exists(local_.cluster.home() / "mine" / "thesis"));
}

TEST_F(OnFakeSlurm, StatusAndUninstallRefuseTheFolderOfANewerVersion) {
    submit_and_wait({"--", "true"});
    tests::put_file(local_.cluster.rdvc() / "format", "2\n");
    for (const Words& words : {Words{"status", "first"}, Words{"uninstall", "--remote", "--yes"}})
        expect_says(rdvc(words, Exit::not_ready), "has the format 2 of a newer rdvc");
    tests::put_file(local_.cluster.rdvc() / "format", "1\n");
    expect_says(rdvc({"status", "first"}), "first");
    expect_says(rdvc({"uninstall", "--remote", "--yes", "--force"}), "is gone");
}

TEST_F(OnFakeSlurm, Doctor) {
    const auto said = local_.world.run({"doctor"}).out; // this machine may lack something
    expect_says(said, "cluster local\n");
    expect_says(said, "sbatch");
}

TEST_F(OnFakeSlurm, CleanEnvironmentsOfAProject) {
    expect_says(rdvc({"env", "list"}), "no environment is kept for this project\n");
    const auto build = local_.cluster.rdvc() / "envs" / "project-7f3a9c1d" / "c0ffee" / "b1";
    tests::put_file(build / "info", "made 1000\njob 7\nnode n1\nsetup_seconds 3\nkib 2048\n");
    fs::create_symlink("b1", build.parent_path() / "current");
    const auto said = rdvc({"env", "list"});
    expect_says(said, "c0ffee");
    expect_says(said, "3 s");
}

TEST_F(OnFakeSlurm, Estimate) {
    const auto said =
        rdvc({"avail", "--start", "--partition=short,general", "--begin=now+150minutes"});
    expect_says(said, "partition short    in 2 h\npartition general  in 2 h\n");
    expect_says(said, "SLURM's own estimate");
    expect_says(rdvc({"avail", "--start"}), "with these options  at once\n");
    expect_says(rdvc({"avail", "--start", "--partition=nosuch"}, Exit::refused),
                "partition nosuch  sbatch: error: invalid partition specified: nosuch");
    expect_says(rdvc({"avail", "--start", "--json"}), "\"starts_in_seconds\": 0");
    expect_says(rdvc({"avail", "--mem=4G"}, Exit::usage), "options of sbatch need `--start`");
    expect_says(rdvc({"avail", "--start", "-S", "lr=1"}, Exit::usage), "only options of sbatch");
}

TEST_F(OnFakeSlurm, Folder) {
    set_knob("no-start");
    const auto use_remote = [&](const fs::path& path) {
        local_.git.write(
            ".dvc/config",
            "[core]\n    remote = store\n['remote \"store\"']\n    url = " + path.string() + "\n");
    };
    use_remote(local_.folder / "store");
    expect_says(rdvc({"run"}), "which the cluster does not have; data travels over SSH");
    fs::create_directory(local_.folder / "store");
    const auto said = rdvc({"run"});
    EXPECT_EQ(said.find("which the cluster does not have"), std::string::npos) << said;
}

TEST_F(OnFakeSlurm, Include) {
    const auto user = local_.folder / "home" / ".config" / "rdvc" / "config.toml";
    const auto theirs = local_.cluster.home() / "group.toml";
    tests::put_file(user, "include = \"cluster:~/group.toml\"\n[cluster]\nhost = \"local\"\n");
    expect_says(rdvc({"run", "--cmd", "--dry-run", "--", "true"}, Exit::configuration),
                "config.toml:1: the included file does not exist\n  ~/group.toml on local\n");
    tests::put_file(theirs, "[run]\nqos = \"caf\xc3\xa9\"\n[instances.big]\nmem = \"9G\"");
    const Words dry = {"run", "--cmd", "--dry-run", "--instance=big", "--", "true"};
    const auto script = rdvc(dry);
    expect_says(script, "#SBATCH --qos=\"caf\xc3\xa9\"\n");
    expect_says(script, "#SBATCH --mem=9G\n");
    // A copy is used for a day, then the file itself; and the copy again if that is unreadable now.
    tests::put_file(theirs, "[instances.big]\nmem = \"8G\"\n");
    expect_says(rdvc(dry), "#SBATCH --mem=9G\n");
    set_knob("no-start");
    const Words run = {"run", "--cmd", "--instance=big", "--", "true"};
    rdvc(run);
    expect_says(rdvc({"show"}), "#SBATCH --mem=9G\n");
    for (const auto& copy : fs::directory_iterator(local_.state_folder() / "included"))
        fs::last_write_time(copy, fs::last_write_time(copy) - std::chrono::hours(25));
    rdvc(run);
    expect_says(rdvc({"show"}), "#SBATCH --mem=8G\n");
    tests::put_file(theirs, "[cluster]\nhost = \"elsewhere\"\n");
    rdvc(run);
    expect_says(rdvc({"init", "remote", "--yes"}, Exit::configuration),
                "cluster:~/group.toml:2: a file on the cluster may not set `cluster.host`");
    expect_says(rdvc(dry), "#SBATCH --mem=8G\n");
    fs::remove(theirs);
    fs::create_directory(theirs);
    expect_says(rdvc({"init", "remote", "--yes"}, Exit::not_ready), "is not a readable file");
}

TEST_F(OnFakeSlurm, Limits) {
    const auto said = rdvc({"avail"});
    expect_says(said, "general*         up     1     0      0    1      4 of 4     64G     4 of 4");
    expect_says(said, "00:02:00");
    expect_says(said, "\nyour jobs   none\n");
    expect_says(said, "\nunknown     sacctmgr does not answer: You are not running a supported");
    expect_says(rdvc({"avail", "--json"}), "\"version\": 1");
    const auto copy = *fs::directory_iterator(local_.state_folder() / "limits");
    const auto before = tests::content_of(copy);
    set_knob("down");
    const auto down = rdvc({"avail"}, Exit::failed);
    expect_says(down, "sinfo does not answer: slurm_load_partitions: Unable to contact");
    expect_says(down, "squeue does not answer: ");
    expect_says(down, "error: the cluster tells of no partition\n");
    EXPECT_EQ(tests::content_of(copy), before);
    rdvc({"avail", "--json"}, Exit::failed);
}

TEST_F(OnFakeSlurm, LimitsThatARunCannotKeep) {
    set_knob("no-start");
    const Words run = {"run", "--cmd", "--time=5", "--partition=short", "--", "true"};
    rdvc(run); // nothing is known yet
    rdvc({"avail"});
    expect_says(rdvc(run, Exit::not_ready),
                "error: `--time=5` is more than the partition `short` allows: 00:02:00\n"
                "    --time=00:02:00 would do; a job this long may run in general, single-gpu, "
                "multi-gpu, scavenge, scavenge-cancel, urgent, attic\n"
                "  as `local` said ");
    expect_says(
        rdvc(run, Exit::not_ready),
        " ago\n\n"
        "hint: if that has changed: `rdvc avail` asks again; --no-preflight submits all the "
        "same\n");
    local_.git.write("init_env.sh", "");
    expect_says(rdvc({"env", "build", "--mem=1T"}, Exit::not_ready), "64G at most (--mem=1T)");
    rdvc({"run", "--cmd", "--no-preflight", "--time=5", "--partition=short", "--", "true"});
    const auto file = *fs::directory_iterator(local_.state_folder() / "limits");
    const auto now = fs::last_write_time(file);
    for (const auto hours : {-25, 2}) { // old, and by a clock that was ahead
        fs::last_write_time(file, now + std::chrono::hours(hours));
        rdvc(run);
    }
    fs::last_write_time(file, now);
    rdvc({"cancel", "first"}, Exit::usage);
    tests::put_file(file, "garbage\n");
    rdvc(run);
}

TEST_F(OnFakeSlurm, LimitsOfAnotherAttempt) {
    submit_waiting();
    rdvc({"cancel", "first"});
    rdvc({"avail"});
    expect_says(rdvc({"retry", "first", "--mem=1T"}, Exit::not_ready), "64G at most (--mem=1T)");
    expect_says(rdvc({"retry", "first", "--no-preflight", "--mem=1T"}), "job 2");
}

TEST_F(OnFakeSlurm, LimitsOfASweep) {
    std::ofstream(slurm() / "max-submit") << 3;
    rdvc({"avail"});
    const auto said = rdvc({"run", "-S", "lr=1,2,3,4,5,6,7"}, Exit::not_ready);
    expect_says(said, "error: 7 jobs at once: the account `physics` allows 3\n"
                      "    --pack=3 makes fewer jobs of them\n");
    expect_says(rdvc({"run", "--dry-run", "--pack=3", "-S", "lr=1,2,3,4,5,6,7"}),
                "7 tasks in 3 jobs");
}

TEST_F(OnFakeSlurm, Logs) {
    submit_and_wait({"--", "echo", "caf\xe9 @rdvc: no frame"});
    expect_says(rdvc({"logs", "first"}), "\ncaf\xe9 @rdvc: no frame\n");
    expect_says(rdvc({"logs", "-f", "first"}), "\ncaf\xe9 @rdvc: no frame\n");
    const auto all = rdvc({"logs", "first"});
    const auto tail = rdvc({"logs", "first", "-n2"});
    EXPECT_TRUE(all.ends_with(tail)) << tail;
    EXPECT_EQ(std::count(tail.begin(), tail.end(), '\n'), 2) << tail;
    EXPECT_EQ(rdvc({"logs", "first", "-n9999"}), all);
}

TEST_F(OnFakeSlurm, LogsSinceATime) {
    submit_and_wait({"--", "echo", "word"});
    const auto all = rdvc({"logs", "first"});
    EXPECT_EQ(rdvc({"logs", "first", "--since=1d"}), all) << "before the first mark";
    const auto some = rdvc({"logs", "first", "--since", "2024-03-11"});
    EXPECT_EQ(some, all);
    const auto log = local_.cluster.rdvc() / "submissions" / local_.token();
    for (const auto& file : fs::directory_iterator(log))
        if (file.path().filename().string().starts_with("slurm-"))
            std::ofstream(file.path())
                << "a\n=== rdvc restart 1 of job 1: on n (2024-03-11 10:00:00) ===\nb\n"
                   "=== rdvc command: x (2024-03-11 12:00:00)\nc (2024-03-11 11:00:00)\n"
                   "=== rdvc end: x (2024-03-11 14:00:00)\nd\n";
    EXPECT_TRUE(rdvc({"logs", "first", "--since=2024-03-11T09:59"}).starts_with("a\n"));
    EXPECT_TRUE(
        rdvc({"logs", "first", "--since=2024-03-11T11:59"}).starts_with("=== rdvc restart"));
    EXPECT_TRUE(
        rdvc({"logs", "first", "--since=2024-03-11T12:00"}).starts_with("=== rdvc command"));
    EXPECT_EQ(rdvc({"logs", "first", "--since=10m"}), "=== rdvc end: x (2024-03-11 14:00:00)\nd\n");
}

TEST_F(OnFakeSlurm, LogsOfAnError) {
    submit_and_wait({"--", "sh", "-c", "echo before; echo ValueError: no; exit 3"});
    const auto said = rdvc({"logs", "--errors"});
    expect_says(said, "=== rdvc command: ");
    expect_says(said, "before\nValueError: no\nrdvc: error: the command ended with exit code 3\n");
}

TEST_F(OnFakeSlurm, LogsOfAWaitingJob) {
    submit_waiting();
    expect_says(rdvc({"logs", "first"}, Exit::failed),
                "error: there is no log yet\n  the job is next; waits for free nodes\n");
    rdvc({"cancel", "first"});
    expect_says(rdvc({"logs", "first"}, Exit::failed), "the job ended before it started\n");
}

// One input from this laptop's cache, and one whose content does not match its name.
TEST_F(OnFakeSlurm, Objects) {
    set_knob("no-start");
    const std::string content = "some data\n";
    const auto name = base::md5(content);
    const auto object = fs::path("files") / "md5" / name.substr(0, 2) / name.substr(2);
    local_.git.write("data.txt", content);
    local_.git.write((".dvc/cache" / object).string(), content);
    local_.git.write(".gitignore", "data.txt\n.dvc/cache\n");
    local_.git.write("data.txt.dvc",
                     "outs:\n- md5: " + name + "\n  size: 10\n  hash: md5\n  path: data.txt\n");
    local_.git.write("dvc.yaml", "stages:\n  train:\n    cmd: ./train\n    deps: [data.txt]\n");
    rdvc({"run"});
    EXPECT_EQ(tests::content_of(local_.cluster.rdvc() / "cache" / object), content);
    fs::remove(local_.cluster.rdvc() / "cache" / object);
    rdvc({"run"});
    EXPECT_EQ(tests::content_of(local_.cluster.rdvc() / "cache" / object), content);
}

TEST_F(OnFakeSlurm, Output) {
    submit_and_wait({"--output=out", "--", "sh", "-c", "mkdir out; echo x >out/file"});
    expect_says(rdvc({"pull", "first"}), "pulled the output of first: 1 file\n");
    EXPECT_EQ(tests::content_of(local_.git.path() / "out" / "file"), "x\n");
    EXPECT_TRUE(fs::exists(record() / "pulled"));
}

TEST_F(OnFakeSlurm, Probe) {
    const auto said = rdvc({"init", "remote", "--yes"});
    expect_says(said, "git               git version ");
    expect_says(said, "folder            " + local_.cluster.rdvc().string() + "\n");
    expect_says(said, "next:  rdvc run");
}

TEST_F(OnFakeSlurm, Recover) {
    submit_and_wait({"--", "true"});
    EXPECT_EQ(rdvc({"recover", "first"}), "first is done already\n");
    submit_and_wait({"--", "sh", "-c", "exit 3"});
    expect_says(rdvc({"recover", "first"}, Exit::failed), "has nothing to recover: failed");
}

TEST_F(OnFakeSlurm, Retry) {
    submit_waiting();
    expect_says(rdvc({"retry", "first"}, Exit::failed), "error: first has a job: 1 PENDING\n");
    rdvc({"cancel", "first"});
    expect_says(rdvc({"retry", "first"}), "job 2");
}

TEST_F(OnFakeSlurm, RetryWithoutTheFunctions) {
    submit_waiting();
    rdvc({"cancel", "first"});
    fs::remove_all(local_.cluster.rdvc() / "functions");
    expect_says(rdvc({"retry", "first"}), "job 2");
}

TEST_F(OnFakeSlurm, Session) {
    local_.git.write("new.txt", "as it stands");
    const auto said = rdvc({"exec", "--quiet", "--", "sh", "-c", "cat new.txt; exit 7"}, Exit(7));
    EXPECT_EQ(said, "as it stands");
    EXPECT_EQ(
        rdvc({"exec", "--local", "--quiet", "--", "sh", "-c", "cat new.txt; exit 8"}, Exit(8)),
        "as it stands");
    EXPECT_EQ(ledger::Ledger(local_.state_folder()).read().back().state, ledger::State::built);
    expect_says(rdvc({"exec", "--", "true"}), "job 2 on local; Ctrl-C gives it up\n");
    let_jobs_end();
}

TEST_F(OnFakeSlurm, SessionIfTheJobCannotPrepareItself) {
    local_.git.write("init_env.sh", "#!/bin/sh\nexit 5\n");
    fs::permissions(local_.git.path() / "init_env.sh", fs::perms::owner_all);
    expect_says(rdvc({"exec", "--", "true"}, Exit(255)),
                "error: the job could not prepare its workspace\n  the setup command failed with "
                "exit code 5: ./init_env.sh\n");
    expect_says(rdvc({"exec", "--local", "--", "true"}, Exit(255)),
                "error: the command was not started\n");
    let_jobs_end();
}

TEST_F(OnFakeSlurm, SessionOfARunningJob) {
    rdvc({"run", "--cmd", "-n", "first", "--", "sh", "-c", "echo begun >here; exec sleep 1000"});
    const Words look = {"exec", "first",
                        "--",   "sh",
                        "-c",   "until [ -s here ]; do sleep 0.1; done; cat here; echo $RDVC_TASK"};
    for (int tries = 0; tries < 600 && !has_begun_command(); ++tries)
        tests::run_program({"sleep", "0.1"});
    EXPECT_EQ(rdvc(look), "begun\n1\n");
    fs::path place;
    for (const auto& line : base::lines(base::read_file(record() / "workspace").value_or("")))
        if (line.starts_with("path "))
            place = line.substr(5);
    const auto repository =
        std::find_if(fs::directory_iterator(place), fs::directory_iterator(),
                     [](const auto& entry) { return fs::exists(entry.path() / ".git"); });
    ASSERT_NE(repository, fs::directory_iterator());
    const auto project = repository->path();
    fs::rename(project, place / "away"); // as before the clone
    expect_says(rdvc({"exec", "first", "--", "echo", "elsewhere"}, Exit(255)),
                "is gone, or its job is still preparing it\n");
    fs::rename(place / "away", project);
    expect_says(rdvc({"exec", "first.3", "--", "true"}, Exit(255)),
                "error: no submission of this project is `first.3`");
    rdvc({"cancel", "first"});
    local_.world.run({"wait", "first"});
    expect_says(rdvc(look, Exit(255)), "error: its job has ended, and the workspace is gone\n");
    let_jobs_end();
}

TEST_F(OnFakeSlurm, SessionOfAWaitingJob) {
    submit_waiting();
    expect_says(rdvc({"exec", "first", "--", "true"}, Exit(255)),
                "error: it has no workspace yet\n  pending: ");
    expect_says(rdvc({"shell", "first"}, Exit::usage), "error: a shell needs a terminal\n");
}

TEST_F(OnFakeSlurm, Status) {
    submit_waiting();
    const auto waiting = rdvc({"status"});
    expect_says(waiting, "first       1    pending");
    set_knob("down");
    const auto unknown = rdvc({"status"});
    expect_says(unknown,
                "warning: squeue does not answer: slurm_load_jobs error: Unable to contact");
    expect_says(unknown, "first       1    unknown");
}

// A job that starts, ends or is cancelled writes into its submission's folder.
TEST_F(OnFakeSlurm, StatusListsTheNewestFirstWhateverChangesLater) {
    submit_waiting();
    rdvc({"run", "--cmd", "-n", "second", "--", "true"});
    rdvc({"cancel", "first"});
    const auto list = rdvc({"status"});
    EXPECT_LT(list.find("second"), list.find("first")) << list;
    const auto one = rdvc({"status", "--limit=1"});
    expect_says(one, "second");
    EXPECT_EQ(one.find("first"), std::string::npos) << one;
    rdvc({"retry", "first"});
    const auto again = rdvc({"status"});
    EXPECT_LT(again.find("first"), again.find("second")) << again;
    EXPECT_EQ(again.find("first"), again.rfind("first")) << again;
}

TEST_F(OnFakeSlurm, StatusOfAnEndedJob) {
    submit_and_wait({"--", "sh", "-c", "exit 3"});
    expect_says(rdvc({"status"}), "first       1    failed");
    const auto all = rdvc({"status", "first"});
    expect_says(all, "\ntoken        " + local_.token() + "\n");
    expect_says(all, "\nphases       ");
}

TEST_F(OnFakeSlurm, StatusForWhy) {
    submit_waiting();
    const auto waits = rdvc({"why"});
    expect_says(waits, "first (job 1): pending\n  is next; waits for free nodes\n"
                       "  no job of higher priority waits in partition general\n");
    expect_says(waits, "\nnext:  rdvc wait 1\n");
    rdvc({"cancel", "first"});
    expect_says(rdvc({"why"}), "first (job 1): cancelled\n  before it started\n");
    drop_knob("no-start");
    submit_and_wait({"--", "sh", "-c", "echo ValueError: no; exit 3"});
    const auto failed = rdvc({"why", "first"});
    expect_says(failed, "first (job 2): failed\n  the command ended with exit code 3");
    expect_says(failed, "\n  | ValueError: no\n");
    expect_says(failed, "\nnext:  rdvc logs 2\n");
    const auto json = rdvc({"why", "first", "--json"});
    expect_says(json, "\"facts\": [\n    \"the command ended with exit code 3");
    expect_says(json, "\n    \"ValueError: no\"");
    expect_says(json, "\n  \"next\": \"rdvc logs 2\",\n  \"schema\": 1,\n"
                      "  \"state\": \"failed\",\n  \"task\": 0,\n");
}

TEST_F(OnFakeSlurm, StatusForEvents) {
    set_knob("accounting");
    submit_and_wait({"--", "true"});
    const auto events = rdvc({"events"});
    for (const auto* text :
         {"  sent ", "  queued ", "as job 1\n", "  started ", "job 1 on node1, attempt 1\n",
          "  phase ", "  done", "  job ended  ", "job 1: COMPLETED\n"})
        expect_says(events, text);
    expect_says(rdvc({"events", "--json"}), "\"event\": \"queued\"");
    rdvc({"run", "--cmd", "-n", "grid", "-S", "k=1,2", "--", "echo", "{k}"});
    rdvc({"wait", "grid"});
    expect_says(rdvc({"events", "grid"}), "its last task: 2 done\n");
    expect_says(rdvc({"events", "grid.2"}), "job 2_2 on node1, attempt 1\n");
    expect_says(rdvc({"why", "grid.2"}), "grid-2 (job 2_2): done\n");
}

// `rdvc show --diff`: what git is asked to show, by a program of the user's own for that.
TEST_F(OnFakeSlurm, StatusTellsTheCodeThatRan) {
    const auto list = local_.folder / "changed";
    local_.git.git({"config", "diff.external", "sh -c 'echo \"$1\" >>" + list.string() + "' x"});
    const auto changed = [&](const Words& words) {
        fs::remove(list);
        rdvc(words);
        return fs::exists(list) ? tests::content_of(list) : "";
    };
    set_knob("no-start");
    rdvc({"run", "--cmd", "-n", "plain", "--", "true"});
    local_.git.write("a.txt", "1");
    rdvc({"run", "--cmd", "-n", "one", "--", "true"});
    local_.git.write("b.txt", "2");
    rdvc({"run", "--cmd", "-n", "two", "--", "true"});
    EXPECT_EQ(changed({"show", "--diff"}), "a.txt\nb.txt\n");
    EXPECT_EQ(changed({"show", "two", "--diff", "one"}), "b.txt\n");
    EXPECT_EQ(changed({"show", "--diff=2"}), "b.txt\n"); // the job
    EXPECT_EQ(changed({"show", "one", "--diff", "HEAD"}), "a.txt\n");
    expect_says(rdvc({"show", "plain", "--diff"}), "nothing differs: it ran ");
    expect_says(rdvc({"show", "--diff", "nosuch"}, Exit::usage), "no submission of this project");
    local_.git.git({"gc", "--quiet", "--prune=now"});
    EXPECT_EQ(changed({"show", "one", "--diff"}), "a.txt\n"); // from the cluster
    fs::remove_all(local_.mirror());
    local_.git.git({"gc", "--quiet", "--prune=now"});
    expect_says(rdvc({"show", "two", "--diff"}, Exit::failed),
                "neither this repository nor the cluster has the code any longer\n");
}

TEST_F(OnFakeSlurm, LogsOfWhatIsKept) {
    submit_waiting();
    expect_says(rdvc({"show", "--submission"}), "\nname first\nkind command\n");
    expect_says(rdvc({"show", "--environment"}, Exit::failed),
                "error: the cluster has no `environment.inputs` of this submission\n");
    expect_says(rdvc({"show", "--environment", "--submission"}, Exit::usage), "only one of");
}

TEST_F(OnFakeSlurm, Submit) {
    set_knob("no-start");
    expect_says(rdvc({"run", "-n", "first"}), "job 1 on local");
}

TEST_F(OnFakeSlurm, Wait) {
    rdvc({"run", "--cmd", "-n", "first", "--output=out", "--", "sh", "-c",
          "mkdir out; echo x >out/file"});
    expect_says(rdvc({"wait", "first"}), "first is done; next:  rdvc pull 1\n");
    rdvc({"run", "--cmd", "-n", "second", "--", "sh", "-c", "exit 3"});
    expect_says(rdvc({"wait", "second"}, Exit::experiment_failed),
                "error: failed in phase command\n  the command ended with exit code 3\n");
}

TEST_F(OnFakeSlurm, WaitForSeveral) {
    rdvc({"run", "--cmd", "-n", "first", "--", "true"});
    rdvc({"run", "--cmd", "-n", "second", "--", "sh", "-c", "exit 3"});
    rdvc({"run", "--cmd", "-n", "grid", "-S", "k=1,2", "--", "echo", "{k}"});
    const auto said = rdvc({"wait", "first", "second", "grid", "grid.2"}, Exit::experiment_failed);
    expect_says(said, "(4 of 4)\n");
    expect_says(said, "\nfirst: done\n");
    expect_says(said, "\nsecond: failed in phase command: the command ended with exit code 3; "
                      "next:  rdvc logs 2\n");
    expect_says(said, "\ngrid: 2 done; next:  rdvc pull 3\n");
    expect_says(said, "error: 1 of 4 ended without a result\n");
    set_knob("no-start");
    rdvc({"run", "--cmd", "-n", "late", "--", "true"});
    const auto any = rdvc({"wait", "--any", "late", "first"});
    EXPECT_EQ(any, "first\nfirst has ended (1 of 2)\nfirst: done\n");
}

// For each request, a case here reads the answer of its real bash.
TEST(Requests, HaveACaseOnTheFakeSlurm) {
    std::set<std::string> cases;
    const auto& unit = *::testing::UnitTest::GetInstance();
    for (int i = 0; i < unit.total_test_suite_count(); ++i) {
        const auto& suite = *unit.GetTestSuite(i);
        for (int j = 0; suite.name() == std::string("OnFakeSlurm") && j < suite.total_test_count();
             ++j)
            cases.insert(suite.GetTestInfo(j)->name());
    }
    for (const auto& request : script::requests())
        EXPECT_TRUE(cases.contains(name_of_case(request))) << request.name;
}

} // namespace
} // namespace rdvc::commands
