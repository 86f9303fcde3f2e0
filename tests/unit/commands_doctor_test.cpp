// `rdvc doctor`: what it checks, and how it reports faults.

#include <ctime>

#include <gtest/gtest.h>

#include "checks/checks.hpp"
#include "support/demo_project.hpp"

namespace rdvc::commands {
namespace {

using base::Exit;
using tests::answers;
using tests::assigned;
using tests::DemoProject;
using tests::FakeRunner;

// Programs of a laptop where all is well; git is the real one.
void expect_programs(FakeRunner& runner, const std::string& dvc = "3.67.1\n") {
    runner.expect({"ssh", "-V"}).returns({0, "", "OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.15\n"});
    runner.expect({"rsync", "--version"}).prints("rsync  version 3.2.7  protocol version 31\n");
    if (dvc.empty())
        runner.expect({"dvc", "--version"}).does([](const tests::Call&) -> base::Result {
            throw base::Error(Exit::not_ready, "cannot start `dvc`");
        });
    else
        runner.expect({"dvc", "--version"}).prints(dvc);
}

// A cluster where all is well, its clock `ahead` seconds ahead.
std::vector<std::string> healthy(std::int64_t ahead = 0) {
    return {"time " + std::to_string(std::time(nullptr) + ahead),
            "program bash 5.2.15(1)-release",
            "program git git version 2.39.5",
            "program sbatch slurm-wlm 22.05.8",
            "program rsync rsync  version 3.2.7",
            "program md5sum md5sum (GNU coreutils) 9.1",
            "program tar tar (GNU tar) 1.34",
            "answers squeue",
            "silent sacct slurm_persist_conn_open: failed",
            "folder dir there 500000000 nfs /home/alice/.rdvc",
            "folder cache absent 500000000 lustre /scratch/alice/cache"};
}

std::vector<std::string> ended(std::vector<std::string> frames,
                               const std::vector<std::string>& more = {}) {
    frames.insert(frames.end(), more.begin(), more.end());
    frames.emplace_back("end");
    return frames;
}

// The check with `name`, with its advice; "" if missing.
std::string check_of(const std::string& out, const std::string& name) {
    std::string found;
    bool in = false;
    for (const auto& line : base::lines(out)) {
        if (!line.starts_with(std::string(12, ' ')))
            in = line.size() > 11 && (line.substr(11) + " ").starts_with(name + " ");
        if (in)
            found += line + "\n";
    }
    return found;
}

class Doctor : public ::testing::Test {
  protected:
    Doctor() { demo_.commit_project(); }

    tests::Outcome run(const std::vector<std::string>& frames, Words words = {}) {
        expect_programs(demo_.runner);
        demo_.expect_request().does([=](const tests::Call& call) {
            auto answer = answers(frames)(call);
            answer.out.erase(0, answer.out.find("@rdvc:")); // without the banner
            return answer;
        });
        demo_.expect_request().does(answers({"end"}));
        if (!words.empty() && words.front() == "--deep")
            demo_.runner
                .expect("a login that cannot ask",
                        [](const base::Command& command) { return command.argv.back() == "true"; })
                .returns(login);
        words.insert(words.begin(), "doctor");
        return demo_.world.run(words);
    }

    base::Result login; // of `--deep`
    DemoProject demo_;
};

TEST_F(Doctor, SaysOfEachThingThatItIsWell) {
    demo_.git.write("init_env.sh", "");
    const auto outcome = run(ended(healthy()));
    EXPECT_EQ(outcome.code, 0) << outcome.out;
    EXPECT_TRUE(outcome.out.starts_with("this machine\n  ok       git             git version "))
        << outcome.out;
    for (const std::string& line : std::vector<std::string>{
             "  ok       ssh             OpenSSH_9.2p1 Debian-2\n",
             "  ok       dvc             3.67.1\n", "  ok       setup           ./init_env.sh\n",
             "  ok       DVC's remote    none: data travels over SSH\n",
             " ms over a connection that stays open\n",
             "\ncluster hpc\n  ok       connection      alice@hpc\n",
             "  ok       sacct           does not answer; rdvc works without it\n",
             "  ok       DVC's cache     /scratch/alice/cache, on lustre (will be created)\n"})
        EXPECT_NE(outcome.out.find(line), std::string::npos) << line << "\n" << outcome.out;
    EXPECT_EQ(outcome.out.find("  warning "), std::string::npos) << outcome.out;
    EXPECT_EQ(assigned(demo_.requests().at(0).input, "deep"), "0");
}

// rdvc itself ignores it; the user's own git and scp do not.
TEST_F(Doctor, WarnsOfLoginsThatPrint) {
    expect_programs(demo_.runner);
    demo_.expect_request().does(answers(ended(healthy())));
    demo_.expect_request().does(answers({"end"}));
    const auto outcome = demo_.world.run({"doctor"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(
        check_of(outcome.out, "logins").find("warning  logins          print `Welcome to hpc!`"),
        std::string::npos)
        << outcome.out;
}

TEST_F(Doctor, WarnsOfAMissingOrOldDvc) {
    for (const auto& [version, words] : std::vector<std::pair<std::string, std::string>>{
             {"", "warning  dvc             not found"},
             {"2.58.2\n", "`rdvc pull` needs 3.0"},
             {"3.50.0\n", "it works; 3.65 or newer is recommended"}}) {
        SCOPED_TRACE(version);
        DemoProject demo;
        demo.commit_project();
        demo.configure("");
        expect_programs(demo.runner, version);
        const auto outcome = demo.world.run({"doctor"});
        EXPECT_EQ(outcome.code, 0);
        EXPECT_NE(check_of(outcome.out, "dvc").find(words), std::string::npos) << outcome.out;
        EXPECT_NE(outcome.out.find("no cluster is configured"), std::string::npos) << outcome.out;
    }
}

TEST_F(Doctor, NamesLocalSettingsWithoutTheirValues) {
    demo_.git.write(
        ".dvc/config.local",
        "['remote \"s3\"']\n    secret_access_key = hunter2\n[core]\n    remote = s3\n");
    const auto outcome = run(ended(healthy()));
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.out.find("warning  config.local    a job does not have "
                               "remote.s3.secret_access_key, core.remote\n"),
              std::string::npos)
        << outcome.out;
    EXPECT_EQ(outcome.out.find("hunter2"), std::string::npos);
}

TEST_F(Doctor, LooksAtWhatTheProjectsJobsWillFind) {
    struct Case {
        std::string file;
        std::string content;
        std::string name;
        std::string found;
    };
    const std::vector<Case> cases = {
        {"README", "", "setup", "warning  setup           the project has no setup command\n"},
        {".rdvc/config.toml", "[env]\nsetup = \"./absent.sh x\"\n", "setup",
         "error    setup           `./absent.sh` does not exist\n"},
        {"pyproject.toml", "[project]\n", "lock file", "warning  lock file       none\n"},
        {"requirements.txt", "numpy\n", "lock file", "warning  lock file       none\n"},
        {"requirements.txt", "numpy==2.0\n", "lock file",
         "ok       lock file       requirements.txt, with versions\n"},
        {"uv.lock", "", "lock file", "ok       lock file       uv.lock\n"},
        {".rdvc/config.toml", "[run]\ndata = \"remote\"\n", "DVC's remote",
         "error    DVC's remote    none: data travels over SSH\n"},
        {".dvc/config", "[core]\n    remote = a\n['remote \"a\"']\n    url = s3://b/c\n",
         "DVC's remote", "ok       DVC's remote    s3://b/c (run.data = auto)\n"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.file + ": " + c.content);
        demo_.git.write(c.file, c.content);
        const auto outcome = run(ended(healthy()));
        EXPECT_NE(check_of(outcome.out, c.name).find(c.found), std::string::npos) << outcome.out;
        std::filesystem::remove(demo_.folder / "project" / c.file);
    }
}

TEST_F(Doctor, AReportHasNoNamesAndNoPaths) {
    demo_.git.write(".dvc/config",
                    "[core]\n    remote = a\n['remote \"a\"']\n    url = s3://bucket/alice\n");
    demo_.world.environment["USER"] = "alice";
    const auto outcome = run(ended(healthy()), {"--report"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_TRUE(outcome.out.starts_with("rdvc " + world::version_and_commit() + " on "))
        << outcome.out;
    for (const std::string& line : std::vector<std::string>{
             "  ok       cluster.host    HOST (PATH:2)\n", "  ok       connection      USER@HOST\n",
             "  ok       rdvc's folder   PATH, on nfs\n",
             "  ok       project         PROJECT in PATH\n",
             "  ok       DVC's remote    s3:PATH (run.data = auto)\n"})
        EXPECT_NE(outcome.out.find(line), std::string::npos) << line << "\n" << outcome.out;
    for (const auto* word : {"alice", "hpc", "bucket", demo_.folder.path().c_str()})
        EXPECT_EQ(outcome.out.find(word), std::string::npos) << word << "\n" << outcome.out;
}

TEST_F(Doctor, TheInstanceMustBeDefined) {
    demo_.configure_project("[run]\ninstance = \"t3.xlarge\"\n");
    const auto outcome = run(ended(healthy()));
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::not_ready));
    EXPECT_NE(outcome.out.find("error    run.instance    nothing defines `t3.xlarge`\n"),
              std::string::npos)
        << outcome.out;
    EXPECT_NE(outcome.out.find("constraint = \"t3.xlarge\"\n"), std::string::npos) << outcome.out;
    demo_.configure_project("[run]\ninstance = \"t3.xlarge\"\n[instances.\"t3.xlarge\"]\n");
    EXPECT_NE(run(ended(healthy())).out.find("ok       run.instance    t3.xlarge ("),
              std::string::npos);
}

TEST_F(Doctor, WarnsOfARemoteThatIsAPath) {
    demo_.git.write(".dvc/config",
                    "[core]\n    remote = a\n['remote \"a\"']\n    url = ../store\n");
    const auto outcome = run(ended(healthy()));
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.out.find("warning  DVC's remote    `../store` is a path on this machine\n"),
              std::string::npos)
        << outcome.out;
}

TEST_F(Doctor, WorksOutsideOfAProject) {
    demo_.world.stand_in(demo_.folder / "home");
    const auto outcome = run(ended(healthy()));
    EXPECT_EQ(outcome.code, 0) << outcome.out;
    EXPECT_NE(outcome.out.find("ok       project         none: this is not a Git repository\n"),
              std::string::npos)
        << outcome.out;
    EXPECT_NE(outcome.out.find("ok       connection"), std::string::npos) << outcome.out;
}

TEST_F(Doctor, AClockIsCompared) {
    EXPECT_NE(check_of(run(ended(healthy(3630))).out, "clock")
                  .find("warning  clock           60 min ahead"),
              std::string::npos);
    EXPECT_NE(check_of(run(ended(healthy(-3630))).out, "clock").find("60 min behind"),
              std::string::npos);
    EXPECT_NE(check_of(run(ended(healthy(30))).out, "clock").find("ok       clock"),
              std::string::npos);
}

TEST_F(Doctor, WhatIsWrongOnTheClusterIsAnErrorWithAdvice) {
    struct Case {
        std::string frame;
        std::string replaces; // the frame that starts so
        std::string level;
        std::string name;
        std::string words;
    };
    const std::vector<Case> cases = {
        {"program bash 4.1.2(1)-release", "program bash", "error", "bash", "rdvc needs bash 4.2"},
        {"program git git version 2.17.1", "program git", "error", "git", "2.18"},
        {"missing sbatch", "program sbatch", "error", "sbatch", "not found"},
        {"program sbatch slurm 20.02.7", "program sbatch", "error", "sbatch", "20.11"},
        {"missing rsync", "program rsync", "warning", "rsync", "tar is used"},
        {"silent squeue no contact", "answers squeue", "error", "squeue", "no contact"},
        {"folder dir closed - - /proc/x", "folder dir", "error", "rdvc's folder", "cluster.dir"},
        {"folder dir there 500000 nfs /d", "folder dir", "warning", "free there",
         "512 MB free in /d"},
        {"folder cache there 0 - /c", "folder cache", "error", "free for it", "0 B free in /c"},
        {"damaged p-12345678.git", "answers squeue", "warning", "mirror", "repairs it"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.frame);
        auto frames = healthy();
        for (auto& frame : frames)
            if (frame.starts_with(c.replaces))
                frame = c.frame;
        const auto outcome = run(ended(frames));
        const auto check = check_of(outcome.out, c.name);
        EXPECT_EQ(outcome.code, c.level == "error" ? 3 : 0);
        EXPECT_NE(check.find("  " + c.level + " "), std::string::npos) << outcome.out;
        EXPECT_NE(check.find(c.words), std::string::npos) << outcome.out;
    }
}

TEST_F(Doctor, AFolderThatHoldsEverythingIsAnError) {
    auto frames = healthy();
    frames.emplace_back("refused dir cluster.dir is /; it must be a folder of rdvc's own");
    const auto outcome = run(frames);
    EXPECT_EQ(outcome.code, 3);
    EXPECT_NE(outcome.out.find("error    rdvc's folder   cluster.dir is /; it must be"),
              std::string::npos)
        << outcome.out;
}

TEST_F(Doctor, AClusterThatCannotBeReachedIsOneErrorAfterTheLaptopsPart) {
    expect_programs(demo_.runner);
    demo_.expect_request().exits(255, "Host key verification failed.\r\n");
    const auto outcome = demo_.world.run({"doctor"});
    EXPECT_EQ(outcome.code, 3);
    EXPECT_NE(outcome.out.find("  ok       git "), std::string::npos);
    EXPECT_NE(outcome.out.find("  error    connection      cannot connect to `alice@hpc`\n"),
              std::string::npos)
        << outcome.out;
    EXPECT_NE(outcome.out.find("the host key is unknown or has changed"), std::string::npos);
}

// --- --deep ---

std::vector<std::string> node(const std::string& folder = "yes",
                              const std::string& home = "/home/alice") {
    const auto now = std::to_string(std::time(nullptr));
    return {"pending Priority",
            "node now " + now,
            "node cache_seen yes",
            "node name n1",
            "node folder " + folder,
            "node cache yes",
            "node home " + home,
            "node bash 5.1.8",
            "node git git version 2.31.1",
            "node dvc ",
            "node root /tmp",
            "node free 40000000",
            "node time " + now,
            "job ran 42"};
}

TEST_F(Doctor, AJobGetsTheOptionsThatExperimentsGet) {
    demo_.configure_project(
        "[run]\npartition = \"gpu\"\ninstance = \"big\"\nmail-user = \"a@b.c\"\n"
        "time = \"5-0\"\n[instances.big]\ngpus = 2\n");
    const auto outcome = run(ended(healthy(), node()), {"--deep"});
    EXPECT_EQ(outcome.code, 0) << outcome.out;
    EXPECT_EQ(outcome.err, "the job waits: waits for jobs of higher priority\n");
    for (const std::string& line : std::vector<std::string>{
             "  ok       job             job 42 ran\n", "  ok       compute node    n1\n",
             "  ok       its folder      the same as on the login node\n",
             "  ok       its clock       no difference\n"})
        EXPECT_NE(outcome.out.find(line), std::string::npos) << line << "\n" << outcome.out;
    const auto script = tests::value_of(demo_.requests().at(0).input, "job_script");
    const auto token = assigned(demo_.requests().at(0).input, "token");
    for (const std::string& line : std::vector<std::string>{
             std::string("#SBATCH --partition=gpu\n"), std::string("#SBATCH --gpus=2\n"),
             std::string("#SBATCH --time=2\n"), "#SBATCH --comment=rdvc:" + token + "\n"})
        EXPECT_NE(script.find(line), std::string::npos) << line << "\n" << script.substr(0, 600);
    EXPECT_EQ(script.find("--mail"), std::string::npos);
    EXPECT_EQ(script.find("5-0"), std::string::npos);
}

TEST_F(Doctor, ALoginThatAsksIsNamed) {
    const auto words = Words{"--deep"};
    EXPECT_NE(run(ended(healthy(), node()), words).out.find("ok       login           needs no "),
              std::string::npos);
    login = {255, "", "alice@hpc: Permission denied (publickey,keyboard-interactive).\n"};
    EXPECT_NE(run(ended(healthy(), node()), words)
                  .out.find("warning  login           a new connection has questions: alice@hpc: "
                            "Permission denied (publickey,keyboard-interactive).\n"),
              std::string::npos);
}

TEST_F(Doctor, ANodeThatSeesOtherFoldersIsAnError) {
    const auto outcome = run(ended(healthy(), node("no", "/local/alice")), {"--deep"});
    EXPECT_EQ(outcome.code, 3);
    EXPECT_NE(
        outcome.out.find("error    its folder      a compute node sees a different rdvc's folder"),
        std::string::npos)
        << outcome.out;
    EXPECT_NE(
        outcome.out.find("warning  its home        /local/alice; on the login node /home/alice"),
        std::string::npos)
        << outcome.out;
}

TEST_F(Doctor, AJobThatDoesNotCome) {
    auto outcome = run(ended(healthy(), {"job late PENDING Resources"}), {"--deep"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(check_of(outcome.out, "job").find("it has not run within 2 minutes"),
              std::string::npos)
        << outcome.out;
    outcome = run(ended(healthy(), {"job refused sbatch: error: Invalid account"}), {"--deep"});
    EXPECT_EQ(outcome.code, 3);
    outcome = run(ended(healthy(), {"job gone "}), {"--deep"});
    EXPECT_EQ(outcome.code, 3);
    EXPECT_NE(check_of(outcome.out, "job").find("does the compute node see cluster.dir?"),
              std::string::npos)
        << outcome.out;
}

TEST_F(Doctor, SaysWhatSlurmHasAndAllows) {
    auto frames = healthy();
    for (const auto* line :
         {"limits nodes cpu*|10|idle|32|128000|0/320/0/320|(null)|(null)|avx2|",
          "limits nodes gpu|2|mixed|64|512000|10/118/0/128|gpu:a100:4|gpu:a100:1|avx2|",
          "limits partition PartitionName=cpu State=UP Default=YES",
          "limits partition PartitionName=gpu State=DRAIN", "limits setting MaxArraySize 1001",
          "limits setting AccountingStorageEnforce associations,limits",
          "limits association hpc|physics|physics||normal|normal|100|||",
          "limits setting ClusterName hpc"})
        frames.emplace_back(line);
    auto out = run(ended(frames)).out;
    for (const auto* line :
         {"  ok       partitions      cpu (default), gpu (GPUs, drain)\n",
          "  ok       arrays          at most 1000 jobs in one (MaxArraySize)\n",
          "  ok       accounting      enforces associations,limits; your accounts: physics\n"})
        EXPECT_NE(out.find(line), std::string::npos) << line << "\n" << out;
    out = run(ended(frames), {"--report"}).out;
    EXPECT_NE(out.find("  ok       partitions      (names)\n"), std::string::npos) << out;
    EXPECT_EQ(out.find("physics"), std::string::npos) << out;

    EXPECT_NE(run(ended(healthy(), {"limits setting MaxArraySize 0"}))
                  .out.find("warning  arrays          the cluster takes no job arrays"),
              std::string::npos);
}

TEST(FindVersion, IsTheFirstPairOfNumbers) {
    using Version = std::pair<int, int>;
    EXPECT_EQ(checks::find_version("git version 2.39.5"), Version(2, 39));
    EXPECT_EQ(checks::find_version("5.2.15(1)-release"), Version(5, 2));
    EXPECT_EQ(checks::find_version("slurm-wlm 22.05.8"), Version(22, 5));
    EXPECT_EQ(checks::find_version("git version 2.39.5 (Apple Git-154)"), Version(2, 39));
    EXPECT_EQ(checks::find_version("v10 of 3.1"), Version(3, 1));
    EXPECT_NE(checks::find_version("123456789012345.1"), std::nullopt); // and no overflow
    for (const auto* none : {"", "version", "12", "1.", ".5", "1.x"})
        EXPECT_EQ(checks::find_version(none), std::nullopt) << none;
}

} // namespace
} // namespace rdvc::commands
