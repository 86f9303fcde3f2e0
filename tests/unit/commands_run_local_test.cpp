// `rdvc run` against the cluster's own bash, on this machine, with stubs for SLURM.

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "ledger/ledger.hpp"
#include "script/embedded.hpp"
#include "script/render.hpp"
#include "submission/name.hpp"
#include "support/local_cluster.hpp"

namespace rdvc::commands {
namespace {

namespace fs = std::filesystem;

using tests::done;

class RunLocally : public ::testing::Test {
  protected:
    // SLURM is stubs: an empty queue, and an sbatch that keeps what it was given.
    RunLocally() {
        tests::write_program(stubs() / "squeue", "#!/bin/bash\n");
        set_sbatch("echo 77");
    }

    [[nodiscard]] fs::path stubs() const { return programs_ / "bin"; }
    void set_sbatch(const std::string& end) const {
        tests::write_program(stubs() / "sbatch", "#!/bin/bash\n"
                                                 "printf '%s\\0' \"$@\" >\"${HOME}/sbatch.argv\"\n"
                                                 "env >\"${HOME}/sbatch.env\"\n" +
                                                     end + "\n");
    }
    [[nodiscard]] std::string token() const { return local_.token(); }
    [[nodiscard]] fs::path mirror() const { return local_.mirror(); }

    tests::Folder programs_;
    tests::LocalProject local_{stubs()};
    const tests::Folder& folder_ = local_.folder;
    const tests::GitRepository& git_ = local_.git;
    tests::LocalCluster& cluster_ = local_.cluster;
    tests::TestWorld& world_ = local_.world;
    const std::string& commit_ = local_.commit;
};

// The cluster has a request's text from the first request on.
TEST_F(RunLocally, SendsItsTextOnce) {
    ASSERT_EQ(world_.run({"status"}).code, done);
    ASSERT_EQ(world_.run({"status"}).code, done);
    ASSERT_EQ(cluster_.programs.size(), 2U);
    const auto& text = script::request_text("status").text;
    EXPECT_NE(cluster_.programs.at(0).find(text), std::string::npos);
    EXPECT_LT(cluster_.programs.at(1).size(), 2000U);
    EXPECT_EQ(tests::content_of(cluster_.rdvc() / "requests" / script::request_text("status").hash),
              text);
}

// Whatever happens to the text there, it is sent again, and the request runs once.
TEST_F(RunLocally, SendsItsTextAgainWhereItIsNotWhole) {
    ASSERT_EQ(world_.run({"run"}).code, done);
    const auto [text, hash, call, name] = script::request_text("submit");
    const auto file = cluster_.rdvc() / "requests" / hash;
    const std::vector<std::string> damages = {"", text.substr(0, text.size() / 2), "(", "[[ ${a",
                                              "if [[ a"};
    for (const auto& damage : damages) {
        tests::put_file(file, damage);
        git_.write("dvc.yaml", "# " + std::to_string(damage.size()));
        const auto outcome = world_.run({"run"});
        EXPECT_EQ(outcome.code, done) << damage << outcome.err;
    }
    fs::remove_all(cluster_.rdvc() / "requests");
    git_.write("dvc.yaml", "# gone");
    const auto before = cluster_.requests;
    EXPECT_EQ(world_.run({"run"}).code, done);
    EXPECT_EQ(cluster_.requests, before + 2);
    EXPECT_EQ(tests::content_of(file), text);
}

TEST_F(RunLocally, ArrivesWhole) {
    git_.git({"tag", "--annotate", "--message=m", "v1"});
    const auto outcome = world_.run({"run", "-S", "x=it's $HOME"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    EXPECT_TRUE(outcome.out.ends_with(" as job 77 on local\n")) << outcome.out;
    EXPECT_EQ(cluster_.requests, 1);
    const auto folder = cluster_.rdvc() / "submissions" / token();
    EXPECT_EQ(tests::content_of(folder / "job.sh"),
              tests::content_of(folder_ / "home" / ".local" / "state" / "rdvc" / "submissions" /
                                token() / "job.sh"));
    EXPECT_EQ(tests::content_of(folder / "jobid"), "77\n");
    EXPECT_EQ(tests::content_of(folder / "tags"), git_.git({"rev-parse", "v1"}) + " v1\n");
    EXPECT_EQ(fs::read_symlink(cluster_.rdvc() / "submissions" / "77.sbatch.sh"),
              fs::path(token()) / "job.sh");
    EXPECT_EQ(
        tests::run_program({"git", "-C", mirror().string(), "rev-parse", "refs/rdvc/" + token()}),
        commit_);
    tests::run_program({"git", "-C", mirror().string(), "fsck", "--strict"});
    const auto argv =
        base::split(tests::content_of(folder_ / "cluster" / "home" / "sbatch.argv"), '\0');
    ASSERT_GE(argv.size(), 3U);
    EXPECT_EQ(argv[argv.size() - 3], (folder / "job.sh").string());
    EXPECT_EQ(argv[argv.size() - 2], "1") << "the attempt";
    const auto environment = tests::content_of(folder_ / "cluster" / "home" / "sbatch.env");
    EXPECT_EQ(environment.find("SBATCH_WCKEY"), std::string::npos) << "the script says which";
    EXPECT_NE(environment.find("SBATCH_QOS=of-the-login-node"), std::string::npos);
    EXPECT_NE(outcome.err.find("SBATCH_WCKEY=of-the-login-node; it is ignored"), std::string::npos);
}

// The functions travel with the first submission, and again if they are gone.
TEST_F(RunLocally, BringsTheJobsFunctionsOnce) {
    const auto library = cluster_.rdvc() / "functions" / script::job_functions().hash / "job.sh";
    EXPECT_EQ(world_.run({"run"}).code, done);
    EXPECT_EQ(tests::content_of(library), script::job_functions().text);
    const auto written = fs::last_write_time(library);
    EXPECT_EQ(world_.run({"run"}).code, done);
    EXPECT_EQ(fs::last_write_time(library), written);
    EXPECT_EQ(cluster_.requests, 2);
    fs::remove(library);
    const auto outcome = world_.run({"run"});
    EXPECT_EQ(outcome.code, done) << outcome.err;
    EXPECT_EQ(cluster_.requests, 4) << "one more, to send everything";
    EXPECT_NE(outcome.err.find("the cluster lacks the job's functions; sending everything\n"),
              std::string::npos)
        << outcome.err;
    EXPECT_EQ(tests::content_of(library), script::job_functions().text);
    EXPECT_EQ(world_.run({"run"}).code, done);
    EXPECT_EQ(cluster_.requests, 5);
}

TEST_F(RunLocally, BringsChangesAndIgnoredFiles) {
    git_.write(".gitignore", "ignored\n");
    git_.write("new", "x");
    git_.write("ignored", "y");
    const auto outcome = world_.run({"run", "-C", "ignored"});
    ASSERT_EQ(outcome.code, done) << outcome.err;
    const auto in_mirror = [&](const std::string& what) {
        return tests::run_program({"git", "-C", mirror().string(), "show", what});
    };
    const auto tip = "refs/rdvc/" + token();
    EXPECT_EQ(in_mirror(tip + ":copies/ignored"), "y");
    EXPECT_EQ(in_mirror(tip + "^:new"), "x");
    EXPECT_EQ(tests::run_program({"git", "-C", mirror().string(), "rev-parse", tip + "^^"}),
              commit_);
    tests::run_program({"git", "-C", mirror().string(), "fsck", "--strict"});
}

// A clone without its history, and one that gets it later.
TEST_F(RunLocally, BringsAShallowHistory) {
    git_.write("a", "2");
    git_.commit("two");
    git_.write("a", "3");
    const auto three = git_.commit("three");
    const auto clone = folder_ / "clone" / "project";
    git_.git({"clone", "--quiet", "--depth=1", "file://" + git_.path().string(), clone.string()});
    world_.stand_in(clone);
    const auto run = [&](const std::string& commits) {
        const auto outcome = world_.run({"run"});
        EXPECT_EQ(outcome.code, done) << outcome.err;
        tests::run_program({"git", "-C", mirror().string(), "fsck", "--strict"});
        EXPECT_EQ(
            tests::run_program({"git", "-C", mirror().string(), "rev-list", "--count", three}),
            commits);
    };
    run("1");
    EXPECT_EQ(tests::content_of(mirror() / "shallow"), three + "\n");
    run("1");
    tests::run_program({"git", "fetch", "--quiet", "--unshallow"}, clone);
    run("3");
    EXPECT_FALSE(fs::exists(mirror() / "shallow")) << "the parents are there now";
    EXPECT_EQ(cluster_.requests, 3) << "nothing was asked for twice";
}

TEST_F(RunLocally, BringsOneCommitOfAHistoryThatIsTooLarge) {
    world_.environment["RDVC_RUN_MAX_HISTORY"] = "1K";
    git_.write("a", "2");
    const auto two = git_.commit("two");
    EXPECT_EQ(world_.run({"run"}).code, done);
    EXPECT_EQ(tests::content_of(mirror() / "shallow"), two + "\n");
    git_.write("a", "3");
    const auto three = git_.commit("three");
    git_.write("new", "x");
    EXPECT_EQ(world_.run({"run"}).code, done);
    tests::run_program({"git", "-C", mirror().string(), "fsck", "--strict"});
    EXPECT_EQ(tests::run_program(
                  {"git", "-C", mirror().string(), "rev-list", "--count", "refs/rdvc/" + token()}),
              "3")
        << "the snapshot, the commit, and the one before, which is there";
    EXPECT_EQ(tests::content_of(mirror() / "shallow"), two + "\n");
    world_.environment.erase("RDVC_RUN_MAX_HISTORY");
    EXPECT_EQ(world_.run({"run", "--only-committed"}).code, done);
    EXPECT_FALSE(fs::exists(mirror() / "shallow"));
    EXPECT_EQ(tests::run_program({"git", "-C", mirror().string(), "rev-list", "--count", three}),
              "3");
    tests::run_program({"git", "-C", mirror().string(), "fsck", "--strict"});
}

TEST_F(RunLocally, BringsSubmodulesToMirrorsOfTheirOwn) {
    const tests::GitRepository library(folder_ / "my lib");
    library.write("l", "1");
    const auto library_commit = library.commit();
    git_.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
              library.path().string(), "libs/my lib"});
    git_.commit();
    const auto find_mirror = [&] {
        fs::path found;
        for (const auto& entry : fs::directory_iterator(cluster_.rdvc() / "repos"))
            if (entry.path().filename().string().starts_with("my-lib-"))
                found = entry.path();
        return found;
    };
    ASSERT_EQ(world_.run({"run"}).code, done);
    const auto library_mirror = find_mirror();
    ASSERT_FALSE(library_mirror.empty());
    EXPECT_EQ(tests::run_program(
                  {"git", "-C", library_mirror.string(), "rev-parse", "refs/rdvc/" + token()}),
              library_commit);
    fs::remove_all(library_mirror);
    const auto outcome = world_.run({"run"});
    EXPECT_EQ(outcome.code, done) << outcome.err;
    EXPECT_EQ(cluster_.requests, 3) << "one more, to send everything";
    tests::run_program({"git", "-C", library_mirror.string(), "fsck", "--strict"});
}

TEST_F(RunLocally, RepairsAMirrorThatIsGone) {
    EXPECT_EQ(world_.run({"run"}).code, done);
    fs::remove_all(mirror());
    const auto outcome = world_.run({"run"});
    EXPECT_EQ(outcome.code, done) << outcome.err;
    EXPECT_EQ(cluster_.requests, 3) << "one more, to send all objects";
    tests::run_program({"git", "-C", mirror().string(), "fsck", "--strict"});
}

TEST_F(RunLocally, RefusesANameThatTheMirrorHas) {
    EXPECT_EQ(world_.run({"run"}).code, done);
    tests::run_program({"git", "-C", mirror().string(), "update-ref",
                        submission::experiment_ref(commit_, "first"), commit_});
    const auto outcome = world_.run({"run", "-n", "first"});
    EXPECT_EQ(outcome.code, static_cast<int>(base::Exit::usage)) << outcome.err;
    EXPECT_FALSE(fs::exists(cluster_.rdvc() / "submissions" / token()));
    EXPECT_EQ(world_.run({"run", "-f", "-n", "first"}).code, done);
}

TEST_F(RunLocally, TellsWhatSbatchSaid) {
    set_sbatch("echo 'sbatch: error: no such partition' >&2; exit 1");
    const auto outcome = world_.run({"run"});
    EXPECT_EQ(outcome.code, static_cast<int>(base::Exit::refused)) << outcome.err;
    EXPECT_NE(outcome.err.find("  sbatch: error: no such partition\n"), std::string::npos);
    EXPECT_TRUE(fs::exists(cluster_.rdvc() / "submissions" / token() / "claim.1"))
        << "whatever starts late finds its claim taken";
}

TEST_F(RunLocally, FindsTheIdBelowABannerAndBesideACluster) {
    set_sbatch("echo 'Welcome to sbatch 2 of 3'; echo '78;hpc'");
    EXPECT_TRUE(world_.run({"run"}).out.ends_with(" as job 78 on local\n"));
}

// sbatch failed, but there is a job with our token: it is ours.
TEST_F(RunLocally, FindsTheJobOfAnSbatchThatFailed) {
    tests::write_program(stubs() / "squeue",
                         "#!/bin/bash\n"
                         "printf '5|RUNNING|None|N/A|x|rdvc:ffffffffffffffffffffffffffffffff\\n'\n"
                         "printf '79|RUNNING|None|N/A|x|'; grep -o 'rdvc:[0-9a-f]*' "
                         "\"${HOME}\"/.rdvc/submissions/*/job.sh | "
                         "head -n 1\n");
    set_sbatch("echo 'sbatch: error: Socket timed out on send/recv operation' >&2; exit 1");
    const auto outcome = world_.run({"run"});
    EXPECT_EQ(outcome.code, done) << outcome.err;
    EXPECT_TRUE(outcome.out.ends_with(" as job 79 on local\n")) << outcome.out;
}

// A site's wrapper may answer in its own words; sbatch has still accepted the job.
TEST_F(RunLocally, FindsTheJobOfAnSbatchThatPrintsNoId) {
    tests::write_program(stubs() / "squeue",
                         "#!/bin/bash\n"
                         "printf '80|PENDING|None|N/A|x|'; grep -o 'rdvc:[0-9a-f]*' "
                         "\"${HOME}\"/.rdvc/submissions/*/job.sh | "
                         "head -n 1\n");
    set_sbatch("echo 'Submitted batch job 80'");
    const auto outcome = world_.run({"run"});
    EXPECT_EQ(outcome.code, done) << outcome.err;
    EXPECT_TRUE(outcome.out.ends_with(" as job 80 on local\n")) << outcome.out;
}

// The connection breaks while sbatch runs: its answer is still on the cluster's disk.
TEST_F(RunLocally, RecordsTheIdAfterTheConnectionIsLost) {
    cluster_.listener = "printf '%s' $$ >\"${HOME}/listener\"; "
                        "until [[ -e ${HOME}/sbatch.env ]]; do sleep 0.01; done";
    set_sbatch("while kill -0 \"$(<\"${HOME}/listener\")\" 2>/dev/null; do sleep 0.01; done\n"
               "echo 'sbatch: warning: some words' >&2; echo 81");
    EXPECT_EQ(world_.run({"run"}).code, static_cast<int>(base::Exit::unknown));
    EXPECT_EQ(tests::content_of(cluster_.rdvc() / "submissions" / token() / "sbatch.exit"), "0\n");
    EXPECT_EQ(tests::content_of(cluster_.rdvc() / "submissions" / token() / "jobid"), "81\n");
}

} // namespace
} // namespace rdvc::commands
