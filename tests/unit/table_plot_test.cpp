// Plots: what is drawn, and its two pictures.

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "table/curves.hpp"
#include "table/plot.hpp"

namespace rdvc::table {
namespace {

Metric one_of(const std::string& key, const std::string& word) {
    return {key, value_of(word)};
}

Facts task_of(unsigned task, const std::string& lr, const std::string& seed,
              const std::string& loss) {
    Facts facts{.task = task, .name = "s", .state = "running"};
    facts.params = {one_of("lr", lr), one_of("seed", seed), one_of("opt", "adam")};
    if (!loss.empty())
        facts.metrics = {{"m.json", {one_of("loss", loss), one_of("word", "good")}}};
    return facts;
}

Table grid() {
    return make_table({task_of(1, "0.1", "1", "3"), task_of(2, "0.001", "1", "1"),
                       task_of(3, "0.1", "2", "4"), task_of(4, "0.001", "2", "2"),
                       task_of(5, "0.01", "2", "")});
}

TEST(Plot, AMetricByAParameterHasASeriesForEachOtherValue) {
    const auto figure = compare(grid(), parse_plot(grid(), "loss:lr"));
    ASSERT_EQ(figure.series.size(), 2U);
    EXPECT_EQ(figure.series[0].name, "seed=1, opt=adam");
    EXPECT_EQ(figure.series[0].points,
              (std::vector<std::pair<double, double>>{{0.001, 1}, {0.1, 3}}));
    EXPECT_TRUE(figure.is_log);
    EXPECT_TRUE(figure.has_lines);
    EXPECT_FALSE(compare(grid(), parse_plot(grid(), "loss:seed")).is_log);
}

TEST(Plot, NamesMayHaveColons) {
    auto tasks = std::vector<Facts>{task_of(1, "0.1", "1", "3")};
    tasks[0].metrics.push_back({"n.json", {one_of("loss", "1")}});
    const auto table = make_table(tasks);
    EXPECT_EQ(parse_plot(table, "-n.json:loss:lr").metric.name, "n.json:loss");
    EXPECT_EQ(parse_plot(table, "n.json:loss").param, "");
}

TEST(Plot, WhatIsNoNumberIsRefused) {
    EXPECT_FAILS(compare(grid(), parse_plot(grid(), "loss:opt")), base::Exit::usage,
                 "`opt` is not a number");
    EXPECT_FAILS(compare(grid(), parse_plot(grid(), "word:lr")), base::Exit::usage,
                 "`word` is not a number");
    EXPECT_FAILS(compare(grid(), parse_plot(grid(), "loss:lrr")), base::Exit::usage,
                 "there is no metric or parameter `lrr`, did you mean `lr`?");
    auto nan = make_table({task_of(1, "0.1", "1", "nan")});
    EXPECT_FAILS(compare(nan, parse_plot(nan, "loss:lr")), base::Exit::failed,
                 "`loss` has no finite value in these tasks");
}

TEST(Curves, AreReadFromWhatDvcliveAndOthersWrite) {
    const auto of = [](const std::string& path, const std::string& content) {
        const auto curves = curves_in({path, content, content.size()});
        std::string text;
        for (const auto& curve : curves) {
            text += curve.name + "(" + curve.x + ")";
            for (const auto& [x, y] : curve.points)
                text += " " + value_of(std::to_string(x)).text.substr(0, 3) + ":" +
                        std::to_string(y).substr(0, 4);
            text += ";";
        }
        return text;
    };
    EXPECT_EQ(of("a/loss.tsv", "step\ttrain/loss\n0\t0.5\n1\t0.25\n2\t0."),
              "train.loss(step) 0.0:0.50 1.0:0.25;"); // the last line is torn
    EXPECT_EQ(of("log.csv", "epoch,\"a, b\",c\n1,2,3\n2,nan,4\n"),
              "a, b(epoch) 1.0:2.00;c(epoch) 1.0:3.00 2.0:4.00;");
    EXPECT_EQ(of("p.json", R"({"train": [{"loss": 0.5}, {"loss": NaN}, {"loss": 0.25, "x": 7}]})"),
              "loss(x) 7.0:0.25;");
    EXPECT_EQ(of("p.json", R"([{"loss": 0.5}, 3, {"loss": 0.25}])"),
              "loss(row) 0.0:0.50 1.0:0.25;");
    EXPECT_EQ(of("p.tsv", "\xff\n"), "");
    EXPECT_EQ(of("p.json", "[{"), "");
    EXPECT_EQ(of("p.svg", "<svg/>"), "");
}

TEST(Curves, AreFoundByTheMetricsName) {
    const std::vector<LiveFile> files = {{"plots/metrics/eval/loss.tsv", "step\teval/loss\n0\t2\n"},
                                         {"plots/metrics/train/loss.tsv", "step\tvalue\n0\t1\n"}};
    EXPECT_EQ(find_curve(files, "eval.loss")->points[0].second, 2);
    EXPECT_EQ(find_curve(files, "train.loss")->points[0].second, 1);
    EXPECT_FALSE(find_curve(files, "accuracy"));
}

TEST(Curves, OfTheBestTasks) {
    PlotsOf plots;
    plots[2] = {{"loss.tsv", "step\tloss\n0\t3\n1\t1\n"}};
    const auto figure = curves_of(grid(), plots, "loss");
    ASSERT_EQ(figure.series.size(), 1U);
    EXPECT_EQ(figure.series[0].name, "2: lr=0.001, seed=1, opt=adam");
    EXPECT_EQ(figure.x_label, "step");
    EXPECT_FAILS(curves_of(grid(), plots, "los"), base::Exit::usage,
                 "no plot has a curve `los`, did you mean `loss`?");
    EXPECT_FAILS(curves_of(grid(), {}, "loss"), base::Exit::failed,
                 "these tasks have no learning curve of `loss`");
}

Figure two_lines() {
    return {.title = "loss <&>",
            .x_label = "step",
            .y_label = "loss",
            .series = {{"down\x1b[2J", {{0, 4}, {4, 0}}}, {"up", {{0, 0}, {4, 4}}}}};
}

TEST(Figure, IsDrawnInAscii) {
    EXPECT_EQ(draw_text(two_lines(), {.columns = 30, .lines = 12, .has_utf8 = false}),
              "loss\n"
              "4 +***                     **b\n"
              "  |   *****           *****\n"
              "  |        ***** *****\n"
              "2 +        ***********\n"
              "  |   *****           *****\n"
              "0 +***                     **a\n"
              "  ++------------+------------+\n"
              "   0            2            4\n"
              "   step\n"
              "  a down\\x1b[2J\n"
              "  b up\n");
}

TEST(Figure, IsDrawnWithBrailleCharactersThatFit) {
    for (const std::size_t columns : {30U, 80U, 200U}) {
        const auto text =
            draw_text(two_lines(), {.columns = columns, .lines = 20, .has_color = true});
        EXPECT_NE(text.find("⠑"), std::string::npos);
        EXPECT_NE(text.find("\x1b[36m"), std::string::npos);
        EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 20);
    }
}

TEST(Figure, EvenOddValuesAreDrawn) {
    for (const auto& points :
         std::vector<std::vector<std::pair<double, double>>>{{{1, 1}},
                                                             {{0, 0}, {0, 0}},
                                                             {{-1e308, -1e308}, {1e308, 1e308}},
                                                             {{1e-320, 5e-324}, {2e-320, 1e-323}},
                                                             {{1, 1}, {1 + 1e-16, 1 + 1e-15}}}) {
        Figure figure{.series = {{"", points}}};
        EXPECT_FALSE(draw_text(figure, {}).empty());
        EXPECT_NE(draw_svg(figure).find("</svg>"), std::string::npos);
    }
    Figure figure{.is_log = true, .series = {{"", {{1e-300, 1}, {1e300, 2}}}}};
    EXPECT_FALSE(draw_text(figure, {}).empty());
    EXPECT_EQ(draw_svg(figure).find("nan"), std::string::npos);
}

TEST(Figure, SvgHasNothingThatXmlDoesNot) {
    const auto svg = draw_svg(two_lines());
    EXPECT_NE(svg.find("<title>loss &lt;&amp;&gt;</title>"), std::string::npos);
    EXPECT_NE(svg.find("down\\x1b[2J"), std::string::npos);
    EXPECT_EQ(svg.find('\x1b'), std::string::npos);
    EXPECT_NE(svg.find("<polyline"), std::string::npos);
}

} // namespace
} // namespace rdvc::table
