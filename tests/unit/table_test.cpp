// A submission's table: columns, order, and how it is written.

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/expect_error.hpp"
#include "table/facts.hpp"
#include "table/write.hpp"

namespace rdvc::table {
namespace {

Metric metric(const std::string& key, const std::string& word) {
    return {key, value_of(word)};
}

std::vector<Facts> three_tasks() {
    return {{.task = 1,
             .name = "s-1",
             .state = "published",
             .seconds = 61.5,
             .node = "n1",
             .params = {metric("lr", "0.1")},
             .metrics = {{"m.json", {metric("loss", "0.5"), metric("acc", "0.8")}}}},
            {.task = 2,
             .name = "s-2",
             .state = "running",
             .seconds = 5,
             .node = "n2",
             .params = {metric("lr", "0.01")},
             .metrics = {{"m.json", {metric("loss", "0.25"), metric("acc", "nan")}}}},
            {.task = 3, .name = "s-3", .state = "pending", .params = {metric("lr", "0.001")}}};
}

std::string order_of(const Table& table) {
    std::string text;
    for (const auto& row : table.rows)
        text += std::to_string(row.task);
    return text;
}

TEST(Table, HasParametersThenMetrics) {
    EXPECT_EQ(as_text(make_table(three_tasks()), {}),
              "TASK  EXPERIMENT     lr  loss  acc  STATE      TIME  NODE\n"
              "   1  s-1           0.1   0.5  0.8  published  61 s  n1\n"
              "   2  s-2          0.01  0.25  nan  running    5 s   n2\n"
              "   3  s-3         0.001     -    -  pending\n");
}

TEST(Table, AMetricHasItsFileBeforeItOnlyWhereTwoHaveTheSameName) {
    auto tasks = three_tasks();
    tasks[0].metrics.push_back({"eval.json", {metric("loss", "1"), metric("f1", "2")}});
    tasks[1].metrics.push_back({"n.txt", {metric("", "3")}});
    tasks[1].metrics.push_back({"lr.json", {metric("lr", "4"), metric("state", "5")}});
    const auto names = make_table(tasks).names(Kind::metric);
    EXPECT_EQ(names, (std::vector<std::string>{"m.json:loss", "acc", "eval.json:loss", "f1",
                                               "n.txt", "lr.json:lr", "lr.json:state"}));
}

TEST(Table, IsSortedWithWhatIsMissingLast) {
    auto table = make_table(three_tasks());
    const std::vector<std::pair<std::string, std::string>> orders = {
        {"loss", "213"},  {"-loss", "123"}, {"-acc", "123"}, {"lr", "321"},
        {"-time", "123"}, {"state", "312"}, {"-task", "321"}};
    for (const auto& [order, expected] : orders) {
        sort_rows(table, parse_order(order));
        EXPECT_EQ(order_of(table), expected) << order;
    }
}

TEST(Table, FindsAColumnByItsLastParts) {
    const Table table{{{Kind::parameter, "model.lr"},
                       {Kind::metric, "test.rmse"},
                       {Kind::metric, "train.rmse"},
                       {Kind::metric, "a.name"}},
                      {}};
    EXPECT_EQ(table.find("lr"), 0U);
    EXPECT_EQ(table.find("test.rmse"), 1U);
    EXPECT_EQ(table.find("rmse"), std::nullopt) << "two end like that";
    EXPECT_EQ(table.find("r"), std::nullopt);
    EXPECT_EQ(table.find("name"), std::nullopt) << "the experiments' names";
}

TEST(Table, TheBestHaveANumber) {
    auto table = make_table(three_tasks());
    const auto order = parse_order("-acc");
    sort_rows(table, order);
    keep_best(table, order, 3);
    EXPECT_EQ(order_of(table), "1");
}

TEST(Table, AnUnknownMetricIsNamedWithThoseThatExist) {
    auto table = make_table(three_tasks());
    EXPECT_FAILS(sort_rows(table, parse_order("los")), base::Exit::usage,
                 "there is no metric or parameter `los`, did you mean `loss`?");
    auto waiting = make_table({three_tasks()[2]});
    EXPECT_FAILS(sort_rows(waiting, parse_order("loss")), base::Exit::failed,
                 "no task has written metrics yet, so there is no `loss`");
}

TEST(Table, LeavesOutWhatDoesNotFit) {
    auto tasks = three_tasks();
    tasks[0].params.push_back(metric("model.optimizer.momentum", "0.9"));
    const auto table = make_table(tasks);
    EXPECT_EQ(as_text(table, {.width = 50}), "TASK     lr  momentum  loss  acc  STATE      TIME\n"
                                             "   1    0.1       0.9   0.5  0.8  published  61 s\n"
                                             "   2   0.01         -  0.25  nan  running    5 s\n"
                                             "   3  0.001         -     -    -  pending\n"
                                             "not shown for lack of room: experiment, node\n");
    const auto narrow = as_text(table, {.width = 24, .rows = 1, .column = "acc"});
    EXPECT_EQ(narrow, "TASK  acc  STATE\n"
                      "   1  0.8  published\n"
                      "... 2 tasks more\n"
                      "not shown for lack of r~\n");
}

TEST(Table, HasWhatWasUsedWhereThereIsRoom) {
    auto tasks = three_tasks();
    tasks[0].mem_kib = 400 * 1024;
    tasks[0].cpus = 1.06;
    tasks[1].mem_kib = 9 * 1024 * 1024;
    tasks[1].metrics[0].metrics.push_back(metric("mem", "7"));
    auto table = make_table(tasks);
    sort_rows(table, parse_order("-mem"));
    EXPECT_EQ(order_of(table), "213");
    EXPECT_EQ(as_text(table, {.width = 50}),
              "TASK     lr  loss  acc  mem  STATE      TIME\n"
              "   2   0.01  0.25  nan    7  running    5 s\n"
              "   1    0.1   0.5  0.8    -  published  61 s\n"
              "   3  0.001     -    -    -  pending\n"
              "not shown for lack of room: experiment, node, mem~\n");
    EXPECT_NE(as_text(table, {.width = 40, .column = "cpu"}).find("  CPU\n"), std::string::npos);
    EXPECT_NE(as_text(table, {}).find("  MEM  CPU  "), std::string::npos);
    EXPECT_NE(as_text(table, {}).find("400M  1.1"), std::string::npos);
    sort_rows(table, parse_order("cpu"));
    EXPECT_EQ(order_of(table), "123");
    EXPECT_NE(as_csv(table).find(",409600,1.06,"), std::string::npos);
    EXPECT_NE(as_json(table, {}).find("\"mem_kib\": 409600, \"cpus\": 1.06, "), std::string::npos);
    EXPECT_NE(as_json(table, {}).find("\"mem_kib\": null, \"cpus\": null, "), std::string::npos);
}

TEST(Table, NothingInACellMovesTheCursor) {
    auto tasks = three_tasks();
    tasks[0].metrics[0].metrics.push_back({"a\x1b[2Jb", {Value::Kind::text, "c\n\x1b]0;t\x07"}});
    const auto text = as_text(make_table(tasks), {});
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

TEST(Table, CsvQuotesWhatNeedsIt) {
    std::vector<Facts> tasks = {{.task = 0,
                                 .name = "a,b",
                                 .state = "done",
                                 .params = {{"say", {Value::Kind::text, "\"hi\"\nthere"}}}}};
    EXPECT_EQ(as_csv(make_table(tasks)), "task,name,state,seconds,node,mem_kib,cpus,say\n"
                                         "0,\"a,b\",done,,,,,\"\"\"hi\"\"\nthere\"\n");
}

TEST(Table, JsonIsValidWhateverTheValues) {
    auto tasks = three_tasks();
    tasks[0].metrics[0].metrics = {metric("loss", "+.5"),
                                   metric("acc", "-.inf"),
                                   metric("t", "true"),
                                   metric("big", "123456789012345678901"),
                                   {"bad", {Value::Kind::text, "\xff\x01"}}};
    const auto json = nlohmann::json::parse(as_json(make_table(tasks), {"t", "5", "s"}));
    EXPECT_EQ(json["name"], "s");
    EXPECT_EQ(json["tasks"][0]["metrics"]["loss"], 0.5);
    EXPECT_EQ(json["tasks"][0]["metrics"]["acc"], nullptr);
    EXPECT_EQ(json["tasks"][0]["metrics"]["t"], true);
    EXPECT_EQ(json["tasks"][0]["seconds"], 61.5);
    EXPECT_EQ(json["tasks"][1]["params"]["lr"], 0.01);
    EXPECT_EQ(json["tasks"][1]["metrics"]["acc"], nullptr);
    EXPECT_EQ(json["tasks"][2]["seconds"], nullptr);
    EXPECT_EQ(json["tasks"][2]["node"], nullptr);
}

TEST(Table, ParametersOfASweepAreThoseThatVary) {
    const auto params =
        params_of({{"s-1", {"-S", "lr=0.1", "-S", "epochs=5", "--set-param=k='x y'"}},
                   {"s-2", {"-S", "lr=0.2", "-S", "epochs=5", "--set-param=k=z"}}});
    ASSERT_EQ(params.size(), 2U);
    ASSERT_EQ(params[0].size(), 2U);
    EXPECT_EQ(params[0][0].key, "lr");
    EXPECT_EQ(params[0][1].value.text, "x y");
    EXPECT_EQ(params[1][0].value.number, 0.2);
    EXPECT_TRUE(params_in({"--no-such-option"}).empty());
}

TEST(Table, TimeCountsFromTheLastStart) {
    state::Record record{.token = "t", .job = "5"};
    record.notes = {{"name", "one"}};
    record.claimed = true;
    record.phases = {{100, "workspace"}, {150, "restart"}, {160, "workspace"}, {200, "experiment"}};
    state::Overview overview;
    overview.squeue_answered = true;
    overview.time = 230;
    Known known{.name = "one", .record = &record, .overview = &overview};
    EXPECT_EQ(facts_of(known).at(0).seconds, 70);
    record.phases.emplace_back(220, "end");
    record.result = {{"state", "failed"}, {"node", "n3"}};
    const auto facts = facts_of(known).at(0);
    EXPECT_EQ(facts.seconds, 60);
    EXPECT_EQ(facts.state, "failed");
    EXPECT_EQ(facts.node, "n3");
}

} // namespace
} // namespace rdvc::table
