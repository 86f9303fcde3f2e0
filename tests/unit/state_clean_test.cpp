// What `rdvc clean` may remove: only the decision, on records as the cluster sends them.

#include "state/clean.hpp"

#include <gtest/gtest.h>

#include "remote/clean.hpp"
#include "support/tokens.hpp"

namespace rdvc::state {
namespace {

using tests::one;
using tests::two;
const std::string commit(40, 'c');
constexpr std::int64_t day = 86400;
constexpr std::int64_t now = 1000 * day;

class PlanClean : public ::testing::Test {
  protected:
    PlanClean() {
        kept_.dir = "/d";
        kept_.time = now;
        kept_.cluster = "hpc";
        kept_.read_scripts = true;
        submission(one);
    }

    // Adds the entry and the folders above it; `age` is in days.
    void put(const std::string& path, char type = 'f', std::int64_t age = 30) {
        for (auto slash = path.find('/'); slash != std::string::npos;
             slash = path.find('/', slash + 1))
            kept_.entries.emplace(path.substr(0, slash), Entry{'d', now - 30 * day, true});
        kept_.entries[path] = {type, now - age * day, true};
    }
    void file(const std::string& path, const std::map<std::string, std::string>& values,
              std::int64_t age = 30) {
        put(path, 'f', age);
        kept_.files[path] = values;
    }

    // Adds a submission that ran 30 days ago and failed.
    void submission(const std::string& token) {
        file("submissions/" + token + "/submission",
             {{"mirror", "p-1.git"}, {"name", "exp"}, {"code", "ssh"}});
        file("submissions/" + token + "/jobid", {{"is", "42"}});
        put("submissions/" + token + "/claim.1", 'd');
        file("jobs/" + token + "/0/result", {{"state", "failed"}});
        file("jobs/" + token + "/0/phases", {{"is", "experiment"}});
    }
    void published(const std::string& token) {
        kept_.files["jobs/" + token + "/0/result"] = {
            {"state", "published"}, {"commit", commit}, {"ref", "refs/exps/aa/bb/exp"}};
    }
    void environment(const std::string& made, std::int64_t age = 30) {
        file("envs/p-1/key/b1/info", {{"made", made}, {"kib", "7"}}, age);
    }
    void uses(const std::string& record, std::int64_t age) {
        file(record + "/environment", {{"is", "p-1/key/b1"}}, age);
    }

    // The plan as text: "-" before an item that goes, "+" before one that returns to its place, and
    // the reason before one that stays.
    [[nodiscard]] std::string plan() const {
        const auto plan = plan_clean(kept_, question_, here_);
        std::string text;
        for (const auto& removal : plan.removals)
            text += (removal.is_restored ? "+" : "-") +
                    (removal.token.empty() ? removal.item : removal.token) + "\n";
        for (const auto& item : plan.kept)
            text += std::string(word_of(item.kind).word) + " " +
                    std::string(word_of(item.reason).word) + " " + item.title + "\n";
        return text;
    }

    Inventory kept_;
    CleanQuestion question_{.mirror = "p-1.git", .older = 14 * day};
    std::set<std::string> here_;
    const std::string goes_ = "-" + one + "\n";
    static std::string stays(const std::string& why) { return "submission " + why + " 42 (exp)\n"; }
};

TEST_F(PlanClean, RemovesAFailedSubmission) {
    const auto plan = plan_clean(kept_, question_, here_);
    ASSERT_EQ(plan.removals.size(), 1U);
    EXPECT_EQ(plan.removals.front().item, one + " 8"); // files and folders
    EXPECT_EQ(plan.removals.front().path, "/d/submissions/" + one);
    EXPECT_EQ(plan.removals.front().title, "42 (exp)");
    EXPECT_TRUE(plan.kept.empty());
}

TEST_F(PlanClean, KeepsASubmissionIfAnyPartOfItIsYoung) {
    for (const auto& path :
         {"submissions/" + one, "submissions/" + one + "/attempt.2", "jobs/" + one,
          "jobs/" + one + "/0", "jobs/" + one + "/0/phases", "jobs/" + one + "/0/partial"}) {
        const auto before = kept_.entries;
        const char type = path.ends_with("phases") ? 'f' : 'd';
        put(path, type, 13);
        EXPECT_EQ(plan(), stays("young")) << path;
        put(path, type, 14);
        EXPECT_EQ(plan(), goes_) << path;
        kept_.entries = before;
    }
}

// A file may have vanished meanwhile, for example.
TEST_F(PlanClean, KeepsASubmissionThatCannotBeRead) {
    kept_.files.erase("jobs/" + one + "/0/phases");
    EXPECT_EQ(plan(), stays("young"));
    put("jobs/" + one + "/0/phases", 'd'); // a folder has no content
    put("jobs/" + one + "/0/other");
    EXPECT_EQ(plan(), stays("unpublished"));
}

TEST_F(PlanClean, KeepsEverythingWithoutTheClustersTime) {
    kept_.time = 0;
    EXPECT_EQ(plan(), stays("young"));
}

TEST_F(PlanClean, KeepsALiveSubmission) {
    kept_.live = {one};
    EXPECT_EQ(plan(), stays("live"));
    kept_.live = {};
    kept_.squeue_words = "no contact";
    EXPECT_EQ(plan(), stays("unknown"));
}

TEST_F(PlanClean, KeepsARunByHandForAWeekOrUntilItsResult) {
    question_.older = day;
    file("jobs/" + one + "/hand-1/phases", {}, 6);
    EXPECT_EQ(plan(), stays("live"));
    file("jobs/" + one + "/hand-1/phases", {}, 7);
    EXPECT_EQ(plan(), goes_);
    file("jobs/" + one + "/hand-1/phases", {}, 2);
    file("jobs/" + one + "/hand-1/result", {{"state", "failed"}}, 2);
    EXPECT_EQ(plan(), goes_);
}

TEST_F(PlanClean, KeepsAnotherClustersJobWithoutAResult) {
    file("jobs/" + one + "/0/workspace", {{"cluster", "elsewhere"}});
    EXPECT_EQ(plan(), goes_);
    kept_.entries.erase("jobs/" + one + "/0/result");
    kept_.files.erase("jobs/" + one + "/0/result");
    EXPECT_EQ(plan(), stays("live"));
    kept_.files["jobs/" + one + "/0/workspace"] = {{"cluster", "hpc"}};
    EXPECT_EQ(plan(), goes_);
}

TEST_F(PlanClean, KeepsAPublishedResultUntilTheLaptopHasIt) {
    published(one);
    EXPECT_EQ(plan(), stays("unpulled"));
    EXPECT_EQ(published_commits(kept_, question_), std::set<std::string>{commit});
    here_ = {commit};
    EXPECT_EQ(plan(), goes_);
}

TEST_F(PlanClean, KeepsAPublishedResultUntilAnotherReplacesIt) {
    published(one);
    kept_.refs[{"p-1.git", "refs/exps/aa/bb/exp"}] = commit;
    EXPECT_EQ(plan(), stays("unpulled"));
    kept_.refs[{"p-1.git", "refs/exps/aa/bb/exp"}] = std::string(40, 'd');
    EXPECT_EQ(plan(), goes_);
    kept_.files["submissions/" + one + "/submission"]["code"] = "origin";
    EXPECT_EQ(plan(), stays("unpulled"));
}

TEST_F(PlanClean, KeepsAResultThatIsNowhereElse) {
    const auto record = "jobs/" + one + "/0";
    const auto result = record + "/result";
    const auto before = kept_;
    kept_.files[result] = {{"state", "unpublished"}};
    EXPECT_EQ(plan(), stays("unpublished"));
    kept_.files.erase(result); // it exists, but cannot be read
    EXPECT_EQ(plan(), stays("unpublished"));
    kept_.entries.erase(result);
    EXPECT_EQ(plan(), goes_);
    for (const auto* phase : {"push", "publish", "output"}) {
        kept_.files[record + "/phases"] = {{"is", phase}};
        EXPECT_EQ(plan(), stays("unpublished")) << phase;
    }
    kept_ = before;
    put(record + "/project", 'd');
    EXPECT_EQ(plan(), stays("unpublished"));
    kept_ = before;
    for (const auto* name : {"/partial", "/live", "/.here", "/.gone-1"})
        put(record + name, 'd');
    EXPECT_EQ(plan(), goes_);
}

TEST_F(PlanClean, KeepsACommandsOutputUntilALaptopHasIt) {
    put("jobs/" + one + "/0/output", 'd');
    EXPECT_EQ(plan(), stays("unpulled"));
    put("jobs/" + one + "/0/pulled");
    EXPECT_EQ(plan(), goes_);
}

TEST_F(PlanClean, KeepsALinkAndASubmissionWithoutSbatchsAnswer) {
    put("submissions/" + one, 'l');
    EXPECT_EQ(plan(), stays("link"));
    put("submissions/" + one, 'd');
    kept_.files["submissions/" + one + "/jobid"].clear();
    EXPECT_EQ(plan(), goes_);
    kept_.entries.erase("submissions/" + one + "/claim.1");
    EXPECT_EQ(plan(), "submission unconfirmed 11111111 (exp)\n");
    file("submissions/" + one + "/sbatch.exit", {{"is", "1"}});
    EXPECT_EQ(plan(), goes_);
}

TEST_F(PlanClean, KeepsOtherProjectsUnlessAskedFor) {
    kept_.files["submissions/" + one + "/submission"]["mirror"] = "q-2.git";
    EXPECT_EQ(plan(), "");
    question_.all_projects = true;
    EXPECT_EQ(plan(), goes_);
    kept_.entries["submissions/" + one].own = false;
    kept_.entries["jobs/" + one].own = false;
    EXPECT_EQ(plan(), "");
}

TEST_F(PlanClean, RemovesAWorkspaceOnceItsJobIsDead) {
    const std::string path = "/scratch/a b/rdvc-42-abcdefgh";
    kept_.workspaces = {{one, path, false}};
    put("submissions/" + one, 'd', 1); // whatever the submission's age
    EXPECT_EQ(plan(), "-" + one + " " + path + "\n" + stays("young"));
    kept_.live = {one};
    EXPECT_EQ(plan(), "workspace live " + path + "\n" + stays("live"));
    kept_.live = {};
    kept_.workspaces = {{one, path, true}};
    EXPECT_EQ(plan(), "workspace workspace " + path + "\n" + stays("workspace"));
    kept_.squeue_words = "";
    EXPECT_EQ(plan(), "workspace unknown " + path + "\n" + stays("unknown"));
    kept_.workspaces = {{two, path, false}}; // of another project
    EXPECT_EQ(plan(), stays("unknown"));
}

TEST_F(PlanClean, RemovesAnEnvironmentThatNobodyHasUsedForLong) {
    kept_.entries.clear();
    const auto plan_of = [&](const std::string& made) {
        environment(made);
        return plan();
    };
    EXPECT_EQ(plan_of("1000"), "-envs/p-1/key/b1\n");
    EXPECT_EQ(plan_clean(kept_, question_, here_).removals.front().kib, 7U);
    EXPECT_EQ(plan_of(std::to_string(now - day)), "environment young p-1/key/b1\n");
    for (const auto* made : {"", "x", "0"})
        EXPECT_EQ(plan_of(made), "environment young p-1/key/b1\n") << made;
    environment("1000");
    uses("jobs/" + two + "/0", 15);
    EXPECT_EQ(plan(), "-envs/p-1/key/b1\n");
    uses("jobs/" + two + "/0", 13);
    EXPECT_EQ(plan(), "environment young p-1/key/b1\n");
    uses("jobs/" + two + "/0", 30);
    kept_.used = {{"p-1/key/b1", 1}};
    EXPECT_EQ(plan(), "environment live p-1/key/b1\n");
    kept_.squeue_words = "no contact";
    EXPECT_EQ(plan(), "environment unknown p-1/key/b1\n");
    question_.mirror = "q-2.git";
    EXPECT_EQ(plan(), "");
}

TEST_F(PlanClean, RemovesABuildersLeftoversIfNoneIsAtWork) {
    kept_.entries.clear();
    put("envs/p-1/key/.new-1/tree", 'd');
    put("envs/p-1/key/current", 'l');
    EXPECT_EQ(plan(), "-envs/p-1/key/.new-1\n");
    put("envs/p-1/key/.new-1/tree", 'd', 1);
    EXPECT_EQ(plan(), "");
    put("envs/p-1/key/.new-1/tree", 'd');
    put("envs/p-1/key.lock", 'd');
    EXPECT_EQ(plan(), "");
}

TEST_F(PlanClean, RemovesFunctionsThatNoScriptNames) {
    put("functions/0000aaaa/job.sh");
    put("functions/nothex", 'd');
    put("requests/0000bbbb");
    put("requests/0000cccc", 'f', 1);
    submission(two);
    kept_.files["submissions/" + two + "/submission"]["mirror"] = "q-2.git";
    kept_.functions["submissions/" + one] = {"0000aaaa"};
    EXPECT_EQ(plan(), goes_ + "-functions/0000aaaa\n-requests/0000bbbb\n");
    kept_.functions["submissions/" + two] = {"0000aaaa"};
    EXPECT_EQ(plan(), goes_ + "-requests/0000bbbb\n");
    kept_.functions.clear();
    question_.functions = "0000aaaa"; // those of this program
    EXPECT_EQ(plan(), goes_ + "-requests/0000bbbb\n");
    question_.functions = "";
    kept_.read_scripts = false; // one of them could not be read
    EXPECT_EQ(plan(), goes_ + "-requests/0000bbbb\n");
}

TEST_F(PlanClean, RemovesOrRestoresWhatAnInterruptedCleanLeft) {
    kept_.entries.clear();
    for (const std::string path : {"repos/p-1.git.new-7", "repos/p-1.git.gone-7", "repos/p-1.git",
                                   "functions/.gone-0000aaaa", "envs/p-1/key.lock.gone-7",
                                   "doctor-7", "doctor-7/deep/doctor-8"})
        put(path, 'd');
    put("submissions/.gone-" + one, 'd', 0);
    put("jobs/.gone-" + two, 'd', 0);
    kept_.live = {two};
    EXPECT_EQ(plan(), "-submissions/.gone-" + one + "\n+jobs/.gone-" + two +
                          "\n-repos/p-1.git.gone-7\n-repos/p-1.git.new-7\n-functions/.gone-"
                          "0000aaaa\n-envs/p-1/key.lock.gone-7\n-doctor-7\n");
    for (auto& [path, entry] : kept_.entries)
        entry.own = false;
    EXPECT_EQ(plan(), "");
}

TEST(CleanWords, AreFoundByKindAndReason) {
    for (const auto& row : clean_kinds())
        EXPECT_EQ(word_of(row.kind).word, row.word);
    for (const auto& row : keep_reasons())
        EXPECT_EQ(word_of(row.reason).word, row.word);
}

// --- The inventory that the cluster sends --------------------------------------------------------

Inventory read(const std::vector<transport::Frame>& frames) {
    remote::InventoryReader reader;
    for (const auto& frame : frames)
        reader.add(frame);
    return reader.inventory;
}

TEST(InventoryReader, ReadsATree) {
    const auto all = read({{"tree", "/1d5 jobs"},
                           {"tree", "/2d6 " + one + "/3d7 0/4f8 a b.1 c/!4f9 x/3d-1 hand-1"},
                           {"tree", "/2d6 " + two + "/3d7 0"},
                           {"tree", "/1d5 envs"}});
    EXPECT_EQ(all.names("jobs"), (std::vector{one, two}));
    EXPECT_EQ(all.names("jobs/" + one), (std::vector<std::string>{"0", "hand-1"}));
    EXPECT_EQ(all.names("jobs/" + one + "/0"), (std::vector<std::string>{"a b.1 c", "x"}));
    EXPECT_EQ(all.find("jobs/" + one + "/0/a b.1 c")->time, 8);
    EXPECT_FALSE(all.find("jobs/" + one + "/0/x")->own);
    EXPECT_TRUE(all.is_own_folder("envs"));
}

// Text from the cluster becomes paths, which may be removed.
TEST(InventoryReader, IgnoresEntriesThatAreNotPaths) {
    for (const auto* line : {"", "/", "/2d5 orphan", "/0d5 zero", "/1d5 .", "/1d5 ..", "/1d5 ",
                             "/d", "/1 x", "/xd5 name", "/9d9 deep"})
        EXPECT_TRUE(read({{"tree", line}}).entries.empty()) << line;
}

TEST(InventoryReader, ReadsRecords) {
    const auto all = read({{"file", "jobs/x/0/result\tstate published\tcommit abc\tstate failed"},
                           {"workspace", one + " kept /scratch/a b"},
                           {"named", "submissions/" + one + "/job.sh:functions/0000aaaa\""},
                           {"named", "job.sh"},
                           {"mirror", "p-1.git"},
                           {"ref", "abc refs/exps/x"},
                           {"squeue", ""}});
    EXPECT_EQ(all.value("jobs/x/0/result", "state"), "published");
    EXPECT_EQ(all.workspaces.at(0).path, "/scratch/a b");
    EXPECT_TRUE(all.workspaces.at(0).kept);
    EXPECT_EQ(all.functions.at("submissions/" + one), std::set<std::string>{"0000aaaa"});
    EXPECT_EQ(all.functions.size(), 1U);
    EXPECT_FALSE(all.read_scripts);
    EXPECT_EQ(all.refs.at({"p-1.git", "refs/exps/x"}), "abc");
    EXPECT_TRUE(all.squeue_words.has_value());
}

} // namespace
} // namespace rdvc::state
