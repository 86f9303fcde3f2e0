// `rdvc status`: the list, and what gives way on narrow terminals.

#include "state/listing.hpp"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

#include "state/json.hpp"

namespace rdvc::state {
namespace {

constexpr auto listed_token = "0123456789abcdef0123456789abcdef";
const std::string other_token(32, 'e');

class ListText : public ::testing::Test {
  protected:
    ListText() {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
        overview_.squeue_answered = true;
        overview_.time = 1710158400; // 2024-03-11 12:00 UTC
        const auto now = static_cast<double>(overview_.time);
        overview_.jobs = {{listed_token,
                           {.id = "12",
                            .state = "RUNNING",
                            .reason = "None",
                            .start = "1710151200",
                            .token = listed_token,
                            .limit = "4:00:00",
                            .node = "n7"}},
                          {other_token,
                           {.id = "13",
                            .state = "PENDING",
                            .reason = "Priority",
                            .start = "1710166800",
                            .token = other_token,
                            .limit = "1-00:00:00"}}};
        overview_.submissions = {{.token = other_token,
                                  .notes = {{"name", "second"},
                                            {"mirror", "demo-7f3a9c1d.git"},
                                            {"time", "2024-03-11T11:59:00Z"}},
                                  .job = "13"},
                                 {.token = listed_token,
                                  .notes = {{"name", "first"},
                                            {"mirror", "demo-7f3a9c1d.git"},
                                            {"time", "2024-03-11T09:00:00Z"}},
                                  .phases = {{now - 7200, "workspace"}, {now - 7000, "experiment"}},
                                  .job = "12",
                                  .claimed = true}};
    }
    ~ListText() override {
        ::unsetenv("TZ");
        ::tzset();
    }
    ListText(const ListText&) = delete;
    ListText& operator=(const ListText&) = delete;
    ListText(ListText&&) = delete;
    ListText& operator=(ListText&&) = delete;

    std::string text(std::optional<std::size_t> width, Columns columns = {}) {
        return list_text({{"hpc", overview_}}, columns, width);
    }

    Overview overview_;
};

// After a retry, or before SLURM starts it again, it has the phases of an earlier start.
TEST_F(ListText, NamesNoPhaseOfAJobThatWaits) {
    const auto without = text({});
    overview_.submissions.front().phases = {{1710151200, "experiment"}, {1710151300, "end"}};
    EXPECT_EQ(text({}), without);
}

TEST_F(ListText, HasAgeTimeLimitAndNode) {
    EXPECT_EQ(text({}),
              "EXPERIMENT  JOB  STATE    PHASE                AGE   TIME/LIMIT  NODE  DETAIL\n"
              "second      13   pending                       60 s  -/1 d             waits "
              "for jobs of higher priority; SLURM expects to start it at 14:20\n"
              "first       12   running  experiment, 116 min  3 h   2 h/4 h     n7    \n");
}

TEST_F(ListText, GivesWay) {
    const auto header = [&](std::size_t width) {
        const auto all = text(width);
        return all.substr(0, all.find('\n'));
    };
    EXPECT_EQ(header(200).find("NODE") != std::string::npos, true);
    EXPECT_EQ(header(90),
              "EXPERIMENT  JOB  STATE    PHASE                AGE   TIME/LIMIT  DETAIL");
    EXPECT_EQ(header(84), "EXPERIMENT  JOB  STATE    PHASE                TIME/LIMIT  DETAIL");
    EXPECT_EQ(header(80), "EXPERIMENT  JOB  STATE    PHASE                DETAIL");
    EXPECT_EQ(header(60), "EXPERIMENT  JOB  STATE    DETAIL");
    EXPECT_EQ(header(40), "EXPERIMENT  STATE    DETAIL");
    EXPECT_EQ(text(40), "EXPERIMENT  STATE    DETAIL\n"
                        "second      pending  waits for jobs of ~\n"
                        "first       running  \n");
}

TEST_F(ListText, OfAllProjectsAndClusters) {
    overview_.submissions.pop_back();
    EXPECT_EQ(list_text({{"hpc", overview_}, {"other", overview_}}, {true, true}, 74),
              "CLUSTER  PROJECT  EXPERIMENT  JOB  STATE    DETAIL\n"
              "hpc      demo     second      13   pending  waits for jobs of higher prio~\n"
              "other    demo     second      13   pending  waits for jobs of higher prio~\n");
    EXPECT_EQ(list_text({{"hpc", {}}}, {}, {}), "");
}

TEST_F(ListText, HasAMetricOfASweepFromTheSmallestToTheLargest) {
    overview_.submissions.front().notes["tasks"] = "3";
    const Metric metric{
        .name = "loss",
        .values = {{other_token, {{1, {"0.5", 0.5, "0.5"}}, {2, {"0.125", 0.125, "0.125"}}}},
                   {listed_token, {{0, {"0.25", 0.25, "0.25"}}}}}};
    const auto all = list_text({{"hpc", overview_, metric}}, {}, {});
    EXPECT_NE(all.find("  LOSS  "), std::string::npos) << all;
    EXPECT_NE(all.find("  0.125 to 0.5  "), std::string::npos) << all;
    EXPECT_NE(all.find("  0.25  "), std::string::npos) << all;
    const auto json = as_json(overview_, metric);
    EXPECT_NE(json.find("\"name\": \"loss\",\n          \"value\": 0.125"), std::string::npos);
    EXPECT_NE(json.find("\"name\": \"loss\",\n          \"value\": null"), std::string::npos);
    EXPECT_NE(json.find("\"name\": \"loss\",\n      \"value\": 0.25"), std::string::npos) << json;
    EXPECT_EQ(as_json(overview_).find("metric"), std::string::npos);
    const Metric odd{.name = "a\x1b[2Jb", .values = metric.values};
    EXPECT_NE(list_text({{"hpc", overview_, odd}}, {}, {}).find("  A\\x1b[2JB  "),
              std::string::npos);
    EXPECT_EQ(list_text({{"hpc", overview_, {.name = "loss"}}}, {}, {}), text({}))
        << "a column in which nothing is, is left out";
}

TEST_F(ListText, JsonHasAMetricAsTheTableHasIt) {
    const auto value = [&](const MetricValue& of_first) {
        const auto json =
            as_json(overview_, {.name = "m", .values = {{listed_token, {{0, of_first}}}}});
        const std::string before = "\"name\": \"m\",\n      \"value\": ";
        const auto begin = json.rfind(before) + before.size(); // the older one is the last
        return json.substr(begin, json.find('\n', begin) - begin);
    };
    EXPECT_EQ(value({"0.3333", 1.0 / 3, "0.3333333333333333"}), "0.3333333333333333");
    EXPECT_EQ(value({"nan", {}, "null"}), "null");
    EXPECT_EQ(value({"true", {}, "true"}), "true");
    EXPECT_EQ(value({"a long te~", {}, "\"a long text\""}), "\"a long text\"");
}

TEST_F(ListText, SaysWhatIsNotKnownWithoutTheCluster) {
    overview_.is_offline = true;
    overview_.squeue_answered = false;
    overview_.jobs.clear();
    overview_.submissions.front().result = {{"state", "published"}, {"node", "n1"}};
    EXPECT_EQ(text(60), "EXPERIMENT  JOB  STATE      DETAIL\n"
                        "second      13   published  \n"
                        "first       12   unknown    the cluster was not asked\n");
}

TEST_F(ListText, JsonOfSeveralClustersHasTheirNames) {
    overview_.submissions.pop_back();
    overview_.submissions.front().notes["command"] = "rdvc run";
    EXPECT_EQ(
        as_json({{"hpc", overview_}}),
        "[\n  {\n    \"advice\": [],\n    \"asked\": {},\n    \"cluster\": \"hpc\",\n    "
        "\"command\": \"rdvc run\",\n"
        "    \"commit\": \"\",\n    \"detail\": \"waits for jobs of higher priority\",\n    "
        "\"exit\": \"\",\n    \"job\": \"13\",\n"
        "    \"kept\": \"\",\n    \"kind\": \"experiment\",\n    \"mirror\": "
        "\"demo-7f3a9c1d.git\",\n    \"name\": \"second\",\n    \"node\": \"\",\n"
        "    \"output\": 0,\n    \"phase\": \"\",\n    \"phases\": [],\n    \"pulled\": false,\n"
        "    \"ref\": \"\",\n    \"schema\": 1,\n    \"snapshot\": \"\",\n"
        "    \"state\": \"pending\",\n    \"time\": \"2024-03-11T11:59:00Z\",\n"
        "    \"token\": \"" +
            other_token + "\",\n    \"used\": {}\n  }\n]\n");
}

} // namespace
} // namespace rdvc::state
