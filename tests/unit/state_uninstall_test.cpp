// What `rdvc uninstall --remote` may remove: only the decision, on records as the cluster sends
// them.

#include "state/uninstall.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/tokens.hpp"

namespace rdvc::state {
namespace {

using tests::one;
const std::string commit(40, 'c');
const std::string other(40, 'd');

class PlanUninstall : public ::testing::Test {
  protected:
    PlanUninstall() {
        kept_.dir = folder_.dir = "/d";
        kept_.time = 1000;
        for (const auto* part : {"submissions", "jobs", "logs", "repos", "envs", "functions",
                                 "requests", "queue", "cache"})
            put(part, 'd');
        put_mirror("demo-0123abcd.git");
        put("cache/files", 'd');
        put("queue/jobs", 'f');
        put("functions/01234567", 'd');
    }

    void put(const std::string& path, char type, bool own = true) {
        if (std::count(path.begin(), path.end(), '/') < 2)
            folder_.entries[path] = {type, 0, own};
        kept_.entries[path] = {type, 0, own};
    }

    void put_mirror(const std::string& name) {
        put("repos/" + name, 'd');
        kept_.read_mirrors.insert(name);
    }

    // Adds a submission whose job has published an experiment.
    void submission() {
        put("submissions/" + one, 'd');
        put("submissions/" + one + "/claim.1", 'd');
        put("jobs/" + one, 'd');
        put("jobs/" + one + "/0", 'd');
        for (const auto& [path, values] : std::map<std::string, std::map<std::string, std::string>>{
                 {"submissions/" + one + "/submission",
                  {{"mirror", "demo-0123abcd.git"}, {"name", "exp"}, {"code", "ssh"}}},
                 {"submissions/" + one + "/jobid", {{"is", "42"}}},
                 {"jobs/" + one + "/0/result",
                  {{"state", "published"}, {"commit", commit}, {"ref", "refs/exps/aa/bb/exp"}}}}) {
            put(path, 'f');
            kept_.files[path] = values;
        }
        kept_.refs[{"demo-0123abcd.git", "refs/exps/aa/bb/exp"}] = commit;
    }

    // The plan as text: what goes, then what stays and why.
    [[nodiscard]] std::string plan() const {
        const auto plan = plan_uninstall(kept_, folder_, question_, here_);
        std::string text;
        for (const auto& removal : plan.items.removals)
            text += "-" + (removal.token.empty() ? removal.item : "exp") + " ";
        for (const auto& path : plan.mirrors)
            text += "-" + path + " ";
        if (!plan.parts.empty())
            text += "-" + base::join(plan.parts, ",") + " ";
        for (const auto& item : plan.items.kept)
            text += item.title + "=" + std::string(word_of(item.reason).word) + " ";
        for (const auto& part : plan.kept)
            text += part.path + "=" + std::string(word_of(part.reason)) + " ";
        return base::trim(text);
    }

    const std::string all_ = "-submissions,jobs,logs,repos,envs,functions,requests,queue,cache";
    const std::string needed_ =
        "submissions=needed jobs=needed logs=needed repos=needed envs=needed functions=needed "
        "requests=needed queue=needed cache=needed";
    Inventory kept_;
    RemoteFolder folder_;
    UninstallQuestion question_;
    std::set<std::string> here_;
};

TEST_F(PlanUninstall, AllGoesIfNothingNeedsIt) {
    EXPECT_EQ(plan(), all_);
    submission();
    here_ = {commit};
    EXPECT_EQ(plan(), "-exp " + all_);
}

TEST_F(PlanUninstall, AResultThatIsNotHereKeepsWhatItNeeds) {
    submission();
    EXPECT_EQ(plan(), "42 (exp)=unpulled repos/demo-0123abcd.git=unpulled " + needed_);
    question_.force = true;
    EXPECT_EQ(plan(), "-exp " + all_);
}

TEST_F(PlanUninstall, ALiveJobKeepsWhatItNeedsEvenWithForce) {
    submission();
    kept_.files.erase("jobs/" + one + "/0/result");
    kept_.entries.erase("jobs/" + one + "/0/result");
    kept_.refs.clear();
    kept_.live.insert(one);
    for (const bool force : {false, true}) {
        question_.force = force;
        EXPECT_EQ(plan(), "42 (exp)=live " + needed_);
    }
    EXPECT_EQ(live_submissions(kept_), std::set{one});
}

TEST_F(PlanUninstall, WithoutSqueueNothingGoesThatAJobMayNeed) {
    submission();
    here_ = {commit};
    kept_.squeue_words = "no contact";
    question_.force = true;
    EXPECT_EQ(plan(), "42 (exp)=unknown " + needed_);
}

TEST_F(PlanUninstall, ASubmissionThatSbatchHasNotAnsweredIsCancelledWithForceNotRemoved) {
    submission();
    kept_.files.erase("submissions/" + one + "/jobid");
    kept_.entries.erase("submissions/" + one + "/jobid");
    kept_.entries.erase("submissions/" + one + "/claim.1");
    kept_.entries.erase("jobs/" + one + "/0/result");
    kept_.files.erase("jobs/" + one + "/0/result");
    kept_.refs.clear();
    question_.force = true;
    EXPECT_EQ(plan(), one.substr(0, 8) + " (exp)=unconfirmed " + needed_);
    EXPECT_EQ(live_submissions(kept_), std::set{one});
}

// `rdvc clean` leaves experiments in the mirrors: those of this project are known, of others not.
TEST_F(PlanUninstall, AMirrorOfAnotherProjectKeepsTheCache) {
    put_mirror("other-89abcdef.git");
    put("repos/lib-89abcdef.git.new-0123", 'd');
    kept_.refs[{"demo-0123abcd.git", "refs/exps/aa/bb/exp"}] = commit;
    kept_.refs[{"other-89abcdef.git", "refs/exps/aa/bb/theirs"}] = other;
    here_ = {commit};
    EXPECT_EQ(plan(), "-repos/lib-89abcdef.git.new-0123 -repos/demo-0123abcd.git "
                      "-submissions,jobs,logs,envs,functions,requests,queue "
                      "repos/other-89abcdef.git=unpulled cache=needed");
    question_.force = true;
    EXPECT_EQ(plan(), "-repos/lib-89abcdef.git.new-0123 " + all_);
}

TEST_F(PlanUninstall, PartialResultsDoNotKeepAMirror) {
    kept_.refs[{"demo-0123abcd.git", "refs/exps/aa/bb/exp-partial"}] = commit;
    EXPECT_EQ(plan(), all_);
}

TEST_F(PlanUninstall, AMirrorThatGitCannotReadStays) {
    put_mirror("other-89abcdef.git");
    kept_.read_mirrors.erase("demo-0123abcd.git");
    EXPECT_EQ(plan(), "-repos/other-89abcdef.git "
                      "-submissions,jobs,logs,envs,functions,requests,queue "
                      "repos/demo-0123abcd.git=unread cache=needed");
    question_.force = true;
    EXPECT_EQ(plan(), all_);
}

TEST_F(PlanUninstall, WithForceItIsPlannedWhatGoesOnceJobsAreCancelled) {
    submission();
    kept_.files.erase("jobs/" + one + "/0/result");
    kept_.entries.erase("jobs/" + one + "/0/result");
    kept_.live.insert(one);
    question_.force = true;
    kept_ = with_live_ended(kept_);
    EXPECT_EQ(plan(), "-exp " + all_);
    kept_.entries.erase("submissions/" + one + "/claim.1"); // sbatch has not answered
    kept_.entries.erase("submissions/" + one + "/jobid");
    kept_.files.erase("submissions/" + one + "/jobid");
    kept_ = with_live_ended(kept_);
    EXPECT_EQ(plan(), "-exp " + all_);
    kept_.squeue_words = "no contact";
    kept_.live.insert(one);
    EXPECT_TRUE(with_live_ended(kept_).live.contains(one));
}

TEST_F(PlanUninstall, AJobThatCannotBeCancelledFromHereStaysWithForce) {
    submission();
    kept_.files.erase("jobs/" + one + "/0/result");
    kept_.entries.erase("jobs/" + one + "/0/result");
    kept_.files["jobs/" + one + "/0/workspace"] = {{"cluster", "another"}};
    question_.force = true;
    kept_ = with_live_ended(kept_);
    EXPECT_EQ(plan(), "42 (exp)=live " + needed_);
}

TEST_F(PlanUninstall, AJobThatNeverBeganStaysBecauseAnotherClusterMayHaveIt) {
    submission();
    for (const auto* path : {"jobs/", "submissions/"})
        for (const auto* name : {"", "/0", "/0/result", "/claim.1"})
            if (path == std::string("jobs/") || name == std::string("/claim.1"))
                kept_.entries.erase(path + one + name);
    kept_.files.erase("jobs/" + one + "/0/result");
    kept_.refs.clear();
    EXPECT_EQ(plan(), "42 (exp)=not-begun " + needed_);
    question_.force = true;
    EXPECT_EQ(plan(), "-exp " + all_);
    question_.force = false;
    put("submissions/" + one + "/claim.1", 'd'); // by `rdvc cancel`
    EXPECT_EQ(plan(), "-exp " + all_);
}

TEST_F(PlanUninstall, WhatHasComeSinceTheConfirmationStays) {
    question_.force = true;
    const auto before = plan_uninstall(kept_, folder_, question_, here_);
    question_.confirmed = confirmed_by(before, folder_);
    EXPECT_EQ(plan(), all_);
    put_mirror("new-89abcdef.git");
    EXPECT_EQ(plan(), "-repos/demo-0123abcd.git "
                      "-submissions,jobs,logs,envs,functions,requests,queue "
                      "repos/new-89abcdef.git=begun cache=needed");
    submission();
    kept_.workspaces.push_back({.token = one, .path = "/scratch/rdvc-42-01234567", .kept = false});
    EXPECT_EQ(plan(), "/scratch/rdvc-42-01234567=young 42 (exp)=young "
                      "repos/new-89abcdef.git=begun " +
                          needed_);
    question_.confirmed->items.insert(one);
    question_.confirmed->mirrors.insert("new-89abcdef.git");
    EXPECT_EQ(plan(), "-" + one + " /scratch/rdvc-42-01234567 -exp " + all_);
}

TEST_F(PlanUninstall, WhatRdvcHasNotMadeStays) {
    put("my notes", 'f');
    put("logs/my log", 'f');
    put("repos/thesis.git", 'd');
    put("repos/thesis", 'd');
    put("cache/precious", 'd');
    put("submissions/7.sbatch.sh", 'l');
    put("submissions/list", 'f');
    question_.force = true;
    EXPECT_EQ(plan(), "-jobs,envs,functions,requests,queue submissions/list=foreign "
                      "logs/my log=foreign repos/thesis=foreign repos/thesis.git=foreign "
                      "cache/precious=foreign my notes=foreign");
}

TEST_F(PlanUninstall, TextsOfRequestsAndLeftoversOfInterruptedOnesGo) {
    put("requests/0123abcd.metrics", 'f');
    EXPECT_EQ(plan(), "-requests/0123abcd.metrics " + all_);
}

TEST_F(PlanUninstall, LinksAndOthersFilesStay) {
    put("cache", 'l');
    folder_.shared.insert("envs");
    put("logs", 'd', false);
    question_.force = true;
    EXPECT_EQ(plan(), "-submissions,jobs,repos,functions,requests,queue logs=shared envs=shared "
                      "cache=link");
}

TEST_F(PlanUninstall, ACacheThatTheUserNamesStays) {
    folder_.is_cache_named = true;
    question_.force = true;
    EXPECT_EQ(plan(), "-submissions,jobs,logs,repos,envs,functions,requests,queue cache=named");
}

TEST_F(PlanUninstall, AGroupsCacheStays) {
    question_.group_cache = true;
    question_.force = true;
    EXPECT_EQ(plan(), "-submissions,jobs,logs,repos,envs,functions,requests,queue cache=group");
}

TEST_F(PlanUninstall, WhatAnInterruptedOneLeftGoes) {
    folder_.entries.clear();
    kept_ = {};
    for (const auto* name : {".uninstall-0123", "doctor-0123", "queue"})
        put(name, 'd');
    put("cache-0123abcd", 'f');
    put(".uninstall-list", 'f');
    EXPECT_EQ(
        plan(),
        "-doctor-0123 -queue,.uninstall-0123,cache-0123abcd,doctor-0123 .uninstall-list=foreign");
}

TEST_F(PlanUninstall, NamesTheCommitsThatMustBeHere) {
    submission();
    kept_.refs[{"demo-0123abcd.git", "refs/exps/aa/bb/older"}] = other;
    EXPECT_EQ(commits_of(kept_), (std::set{commit, other}));
}

} // namespace
} // namespace rdvc::state
