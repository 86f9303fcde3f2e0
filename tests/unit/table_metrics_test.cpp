// Files of metrics: flattened as DVC does, total for whatever they hold.

#include <cmath>

#include <gtest/gtest.h>

#include "table/live.hpp"
#include "table/value.hpp"

namespace rdvc::table {
namespace {

std::string flat(std::string_view path, const std::string& content) {
    const auto metrics = read_metrics(path, content);
    if (!metrics)
        return "unreadable";
    std::string text;
    for (const auto& [key, value] : *metrics)
        text += key + "=" + value.text + ";";
    return text;
}

TEST(Metrics, AreFlattenedInTheFilesOrder) {
    EXPECT_EQ(flat("m.json", R"({"b": {"x": 1, "y": {"z": 0.25}}, "a": true, "s": "good"})"),
              "b.x=1;b.y.z=0.25;a=true;s=good;");
    EXPECT_EQ(flat("m.yaml", "b:\n  x: 1\n  y: 1e-3\na: true\ns: good\n"),
              "b.x=1;b.y=1e-3;a=true;s=good;");
    EXPECT_EQ(flat("m.toml", "s = \"good\"\n[b]\nx = 1\ny = 0.5\n"), "b.x=1;b.y=0.5;s=good;");
}

TEST(Metrics, ListsAndNothingAreNone) {
    EXPECT_EQ(flat("m.json", R"({"a": [1, {"b": 2}], "c": null, "d": 3})"), "d=3;");
    EXPECT_EQ(flat("m.yaml", "a: [1, 2]\nc: null\nd: 3\n"), "d=3;");
    EXPECT_EQ(flat("m.json", "[1, 2]"), "");
}

TEST(Metrics, AFileMayBeOneValue) {
    EXPECT_EQ(flat("accuracy.txt", "0.75\n"), "=0.75;");
    EXPECT_EQ(flat("m.json", "0.75"), "=0.75;");
}

TEST(Metrics, PythonsNotANumberIsRead) {
    const auto metrics =
        read_metrics("m.json", R"({"a": NaN, "b": -Infinity, "c": "NaN in a text", "d": 1})");
    ASSERT_TRUE(metrics && metrics->size() == 4);
    EXPECT_TRUE(std::isnan((*metrics)[0].value.number));
    EXPECT_FALSE((*metrics)[0].value.is_comparable());
    EXPECT_TRUE((*metrics)[1].value.is_comparable());
    EXPECT_FALSE((*metrics)[1].value.is_finite());
    EXPECT_EQ((*metrics)[2].value.kind, Value::Kind::text);
    EXPECT_EQ(flat("m.yaml", "a: .nan\nb: -.inf\n"), "a=.nan;b=-.inf;");
}

TEST(Metrics, WhatIsTornBinaryOrNotUtf8CannotBeRead) {
    EXPECT_EQ(flat("m.json", R"({"a": 1, "b)"), "unreadable");
    EXPECT_EQ(flat("m.json", std::string("{\"a\": \"\xff\"}")), "unreadable");
    EXPECT_EQ(flat("m.yaml", std::string("a: 1\0b: 2", 9)), "unreadable");
    EXPECT_EQ(flat("m.yaml", "a: [1, 2\n"), "unreadable");
    EXPECT_EQ(flat("m.toml", "a = \n"), "unreadable");
    EXPECT_EQ(flat("m.json", R"({"a": 1e999})"), "unreadable");
    EXPECT_EQ(flat("m.json", std::string(50000, '[')), "unreadable");
}

TEST(Metrics, AWordIsANumberIfYamlOrPythonSaysSo) {
    for (const auto* word : {"1", "-2.5", "1e-3", "+4", ".5", "2.", "1E5"})
        EXPECT_EQ(value_of(word).kind, Value::Kind::number) << word;
    for (const auto* word : {"adam", "1a", "--1", ".", "1,2", "0x10", "e5"})
        EXPECT_EQ(value_of(word).kind, Value::Kind::text) << word;
    EXPECT_EQ(value_of("null").kind, Value::Kind::none);
    EXPECT_EQ(value_of("False").text, "false");
    EXPECT_TRUE(std::isinf(value_of("1e999").number));
}

std::string record(const std::string& kind, unsigned task, const std::string& body) {
    return "rdvc-live 1 " + kind + " " + std::to_string(task) + " " + std::to_string(body.size()) +
           "\n" + body;
}

TEST(LiveFiles, AreReadFromPiecesOfAnySize) {
    const auto stream = record("metrics", 1, "file 8 a b.json\n{\"x\":\n1\n\n") +
                        record("plots", 12, "large 900000 p.tsv\nfile 2 q.tsv\nok\n");
    for (std::size_t size = 1; size <= stream.size(); ++size) {
        std::string seen;
        LiveReader reader([&](const LiveRecord& one) {
            seen += one.kind + std::to_string(one.task);
            for (const auto& file : one.files())
                seen += " " + file.path + "(" + (file.is_large ? "large" : file.content) + ")";
            seen += ";";
        });
        for (std::size_t at = 0; at < stream.size(); at += size)
            reader.feed(std::string_view(stream).substr(at, size));
        EXPECT_TRUE(reader.is_whole());
        EXPECT_EQ(seen, "metrics1 a b.json({\"x\":\n1\n);plots12 p.tsv(large) q.tsv(ok);");
    }
}

TEST(LiveFiles, WhatIsDamagedIsSkippedAndSaid) {
    std::string seen;
    LiveReader reader([&](const LiveRecord& one) { seen += std::to_string(one.task) + ";"; });
    reader.feed("rdvc-live 1 metrics x 5\nhello" + record("metrics", 2, "file 1 a\nx\n"));
    EXPECT_EQ(seen, "2;");
    EXPECT_FALSE(reader.is_whole());
    LiveReader cut([&](const LiveRecord&) { FAIL(); });
    cut.feed("rdvc-live 1 metrics 3 500\nfile");
    EXPECT_FALSE(cut.is_whole());
    LiveReader huge([&](const LiveRecord&) { FAIL(); });
    huge.feed("rdvc-live 1 metrics 3 99999999999999999999\nfile");
    EXPECT_FALSE(huge.is_whole());
}

TEST(LiveFiles, AFileThatClaimsMoreThanThereIsIsLeftOut) {
    const LiveRecord record{"metrics", 1, "file 1 a\nx\nfile 500 b\nx\n"};
    ASSERT_EQ(record.files().size(), 1U);
    EXPECT_EQ(record.files()[0].path, "a");
}

} // namespace
} // namespace rdvc::table
