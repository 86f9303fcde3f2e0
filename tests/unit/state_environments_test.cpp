// Which environments a project has, and what `rdvc env clear` removes: only the decision.

#include "state/environments.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "remote/clean.hpp"

namespace rdvc::state {
namespace {

class Environments : public ::testing::Test {
  protected:
    Environments() {
        kept_.dir = "/d";
        kept_.time = 5000;
        build("3f2a", "b1", {{"made", "1000"}, {"kib", "7"}, {"job", "12 0"}, {"node", "n1"}});
        build("3f2a", "b2", {{"made", "2000"}, {"kib", "9"}, {"setup_seconds", "31"}});
        put("envs/p-1/3f2a/current", 'l');
        kept_.files["envs/p-1/3f2a/current"] = {{"is", "b2"}};
        kept_.used = {{"p-1/3f2a/b2", 2}};
    }

    void put(const std::string& path, char type = 'f') {
        for (auto slash = path.find('/'); slash != std::string::npos;
             slash = path.find('/', slash + 1))
            kept_.entries.emplace(path.substr(0, slash), Entry{'d', 0, true});
        kept_.entries[path] = {type, 0, true};
    }
    void file(const std::string& path, const std::map<std::string, std::string>& values) {
        put(path);
        kept_.files[path] = values;
    }
    void build(const std::string& key, const std::string& id,
               const std::map<std::string, std::string>& info) {
        put("envs/p-1/" + key + "/" + id, 'd');
        kept_.files["envs/p-1/" + key + "/" + id + "/info"] = info;
    }

    // "KIND ITEM" of each removal.
    [[nodiscard]] static std::vector<std::string> names(const ClearPlan& plan) {
        std::vector<std::string> all;
        for (const auto& removal : plan.clean.removals)
            all.push_back(std::string(word_of(removal.kind).word) + " " + removal.item);
        return all;
    }
    [[nodiscard]] std::vector<std::string> cleared(const std::vector<std::string>& keys) const {
        return names(plan_clear(kept_, "p-1", keys));
    }

    Inventory kept_;
    using Texts = std::vector<std::string>;
    using Pairs = std::vector<std::pair<std::string, std::string>>;
};

TEST_F(Environments, AreListedWithWhatTheirRecordsSay) {
    const auto list = list_environments(kept_, "p-1");
    ASSERT_EQ(list.kept.size(), 2U);
    const auto& [old, current] = std::tie(list.kept[0], list.kept[1]);
    EXPECT_EQ(old.key + " " + old.id + " " + old.uses + " " + old.job + " " + old.node,
              "3f2a b1 0 12-0 n1");
    EXPECT_FALSE(old.current);
    EXPECT_TRUE(current.current);
    EXPECT_EQ(current.uses, "2");
    EXPECT_EQ(current.seconds, "31");
    EXPECT_EQ(current.made, 2000);
    EXPECT_EQ(current.kib, 9U);
    EXPECT_EQ(list.time, 5000);
    EXPECT_EQ(list.of_one_commit, 0U);
    EXPECT_TRUE(list_environments(kept_, "p-2").kept.empty());
}

TEST_F(Environments, AreNotCountedWhereSqueueDoesNotAnswer) {
    kept_.squeue_words = "down";
    EXPECT_EQ(list_environments(kept_, "p-1").kept.front().uses, "?");
}

TEST_F(Environments, AreOfOneCommitIfGitsVersionIsInTheKey) {
    file("envs/p-1/3f2a/inputs", {{"version:", "1.0-3"}});
    EXPECT_EQ(list_environments(kept_, "p-1").of_one_commit, 1U);
    kept_.files["envs/p-1/3f2a/b2/plan/version"] = {{"kind", "exact"}};
    EXPECT_EQ(list_environments(kept_, "p-1").of_one_commit, 0U) << "jobs write their own";
    file("envs/p-1/77aa/inputs", {{"version:", "1.0-3"}});
    EXPECT_EQ(list_environments(kept_, "p-1").of_one_commit, 0U) << "there is no build";
}

TEST_F(Environments, AreMissingForAReason) {
    file("envs/p-1/77aa/not-reusable", {{"is", "a stage writes into it"}});
    file("envs/p-1/88bb.lock/owner.9/job", {{"is", "13"}});
    file("envs/p-1/88bb.lock/owner.10/job", {{"is", "14"}});
    put("envs/p-1/99cc.lock"); // not a folder
    EXPECT_EQ(list_environments(kept_, "p-1").others,
              Pairs({{"77aa", "cannot be reused: a stage writes into it"},
                     {"88bb", "is being built by job 14"}}));
}

TEST_F(Environments, GoUnlessAJobUsesThem) {
    const auto plan = plan_clear(kept_, "p-1", {});
    EXPECT_EQ(names(plan), Texts({"environment envs/p-1/3f2a/b1"}));
    EXPECT_EQ(plan.clean.removals.front().kib, 7U);
    EXPECT_EQ(plan.in_use, Pairs({{"3f2a", "2"}}));
    EXPECT_TRUE(plan.absent.empty());
}

TEST_F(Environments, GoByTheBeginningOfTheirKey) {
    build("3faa", "b3", {});
    EXPECT_EQ(cleared({"3fa"}), Texts({"environment envs/p-1/3faa/b3"}));
    EXPECT_EQ(cleared({"3f"}).size(), 2U);
    EXPECT_EQ(plan_clear(kept_, "p-1", {"3fa", "zz"}).absent, Texts({"zz"}));
    EXPECT_EQ(plan_clear(kept_, "p-2", {"3f"}).absent, Texts({"3f"}));
}

TEST_F(Environments, GoWithWhatBuildersHaveLeft) {
    kept_.used.clear();
    put("envs/p-1/3f2a/.new-1", 'd');
    put("envs/p-1/3f2a/not-reusable");
    put("envs/p-1/3f2a/inputs");
    put("envs/p-1/3f2a.failed");
    put("envs/p-1/3f2a.lock", 'd');
    put("envs/p-1/77aa.lock.gone-1", 'd');
    EXPECT_EQ(cleared({}), Texts({"lock envs/p-1/3f2a.lock", "leftover envs/p-1/77aa.lock.gone-1",
                                  "environment envs/p-1/3f2a/b1", "environment envs/p-1/3f2a/b2",
                                  "leftover envs/p-1/3f2a/.new-1",
                                  "note envs/p-1/3f2a/not-reusable", "note envs/p-1/3f2a.failed"}));
    EXPECT_EQ(cleared({"77aa"}), Texts({"leftover envs/p-1/77aa.lock.gone-1"}));
}

TEST_F(Environments, AreFoldersOnly) {
    put("envs/p-1/0000", 'l');
    kept_.files["envs/p-1/0000/b1/info"] = {{"made", "1"}};
    put("envs/p-1/3f2a/b9", 'l');
    kept_.files["envs/p-1/3f2a/b9/info"] = {{"made", "1"}};
    EXPECT_EQ(list_environments(kept_, "p-1").kept.size(), 2U);
    EXPECT_EQ(cleared({}), Texts({"environment envs/p-1/3f2a/b1"}));
}

} // namespace
} // namespace rdvc::state
