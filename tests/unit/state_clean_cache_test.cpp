// What `rdvc clean --cache` may remove: only the decision.

#include "state/clean_cache.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/tokens.hpp"

namespace rdvc::state {
namespace {

using tests::one;
constexpr std::int64_t a_day = 86400;
constexpr std::int64_t this_moment = 1000 * a_day;

class PlanCache : public ::testing::Test {
  protected:
    PlanCache() {
        kept_.dir = "/d";
        kept_.time = this_moment;
        kept_.cluster = "hpc";
        put("submissions/" + one + "/claim.1", 'd');
        file("submissions/" + one + "/submission",
             {{"mirror", "p-1.git"}, {"name", "exp"}, {"code", "ssh"}, {"data", "ssh"}});
        file("submissions/" + one + "/jobid", {{"is", "42"}});
        file("jobs/" + one + "/0/result", {{"state", "published"}});
        report_.folder = "/d/cache";
        report_.objects = {{"files/md5/aa/old", 1000, this_moment - 20 * a_day},
                           {"files/md5/aa/young", 10, this_moment - 2 * a_day},
                           {"files/md5/aa/odd", 10, 0}};
        report_.entries = {{"runs/aa/b/c", 7, this_moment - 20 * a_day},
                           {"runs/aa/b/d", 7, this_moment}};
    }
    void put(const std::string& path, char type) {
        for (auto slash = path.find('/'); slash != std::string::npos;
             slash = path.find('/', slash + 1))
            kept_.entries.emplace(path.substr(0, slash),
                                  Entry{'d', this_moment - 30 * a_day, true});
        kept_.entries[path] = {type, this_moment - 30 * a_day, true};
    }
    void file(const std::string& path, const std::map<std::string, std::string>& values) {
        put(path, 'f');
        kept_.files[path] = values;
    }
    [[nodiscard]] std::string reasons() const {
        return base::join(plan_cache(kept_, report_, question_).reasons, "\n");
    }

    Inventory kept_;
    CacheReport report_;
    CacheQuestion question_{.older = 14 * a_day};
};

TEST_F(PlanCache, TakesWhatIsOld) {
    const auto plan = plan_cache(kept_, report_, question_);
    EXPECT_EQ(base::join(plan.reasons, "\n"), "");
    EXPECT_EQ(plan.list(), "files/md5/aa/old\nruns/aa/b/c\n");
    EXPECT_EQ(plan.bytes(), 1007U);
}

TEST_F(PlanCache, LeavesACacheThatOthersMayUse) {
    report_.foreign = 3;
    EXPECT_EQ(reasons(), "3 objects of other users are in it");
    question_.has_group = true;
    EXPECT_TRUE(reasons().starts_with("your group uses this cache")) << reasons();
    question_.has_group = false;
    report_.foreign = 0;
    report_.is_outside = true;
    EXPECT_TRUE(reasons().starts_with("/d/cache is not in rdvc's own folder")) << reasons();
    question_.is_only_for_rdvc = true;
    EXPECT_EQ(reasons(), "");
}

TEST_F(PlanCache, LeavesWhatSomethingMayNeedThatNoCommitNames) {
    const auto result = "jobs/" + one + "/0/result";
    kept_.live.insert(one);
    EXPECT_EQ(reasons(), "a job waits or runs: 42 (exp)");
    kept_.live.clear();
    kept_.files[result] = {{"state", "unpublished"}};
    EXPECT_EQ(reasons(), "a result could not be published (`rdvc recover`): 42 (exp)");
    kept_.files[result] = {{"state", "published"}};
    kept_.workspaces = {{.token = one, .path = "/w", .kept = true}};
    EXPECT_EQ(reasons(), "a workspace was kept: 42 (exp)");
    kept_.workspaces.front().kept = false;
    EXPECT_EQ(reasons(), "");
    kept_.files["submissions/" + one + "/submission"]["code"] = "origin";
    EXPECT_EQ(reasons(), "its result is at origin, which rdvc does not read: 42 (exp)");
    kept_.files["submissions/" + one + "/submission"]["data"] = "remote";
    EXPECT_EQ(reasons(), "") << "the DVC remote has it";
    kept_.entries.erase("submissions/" + one + "/claim.1");
    kept_.entries.erase("jobs/" + one + "/0/result");
    kept_.files.erase("jobs/" + one + "/0/result");
    kept_.entries.erase("submissions/" + one + "/jobid");
    kept_.files.erase("submissions/" + one + "/jobid");
    EXPECT_EQ(reasons(), "it is not known whether there is a job: 11111111 (exp)");
}

TEST_F(PlanCache, LeavesAllThatNobodyCanKnow) {
    report_.unreadable = {"p-1.git", "submissions"};
    EXPECT_EQ(reasons(), "not all that may name objects can be read: p-1.git, submissions");
    report_.unreadable.clear();
    kept_.squeue_words = "timed out";
    EXPECT_EQ(reasons(), "squeue does not answer: timed out");
}

} // namespace
} // namespace rdvc::state
