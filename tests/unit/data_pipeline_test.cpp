#include "data/pipeline.hpp"

#include <gtest/gtest.h>

#include "data/paths.hpp"
#include "data/values.hpp"
#include "support/expect_error.hpp"

namespace rdvc::data {
namespace {

using Words = std::vector<std::string>;
const std::string hash(32, 'a');

Words paths_of(const std::vector<Output>& outputs) {
    Words paths;
    for (const auto& output : outputs)
        paths.push_back(output.path);
    return paths;
}

Stage only_stage(const std::string& yaml, const std::string& lock = "") {
    const auto pipeline =
        read_pipeline({{"p/dvc.yaml", "stages:\n" + yaml}, {"p/dvc.lock", "stages:\n" + lock}});
    EXPECT_EQ(pipeline.stages.size(), 1U);
    return pipeline.stages.at(0);
}

TEST(TrackedData, IsWhatDvcFilesSay) {
    const auto pipeline = read_pipeline(
        {{"a/d.dvc", "outs:\n- {md5: " + hash + ".dir, size: 7, hash: md5, path: 'é \"x\"'}\n"},
         {"b.dvc", "wdir: sub\ndeps:\n- path: https://x/y\nouts:\n- {md5: " + hash +
                       ", path: f, cache: false, push: false, persist: true}\n"},
         {"c.dvc",
          "outs:\n- {path: /abs}\n- {path: s3://b/x}\n- {path: ../up}\n- {path: x/../y/}\n"}});
    EXPECT_EQ(paths_of(pipeline.tracked), Words({"a/é \"x\"", "sub/f", "y"}));
    const auto& folder = pipeline.tracked.at(0);
    EXPECT_TRUE(folder.is_folder() && !folder.legacy && folder.cached && folder.pushed);
    EXPECT_FALSE(folder.imported || folder.persist);
    EXPECT_EQ(folder.size, 7U);
    EXPECT_EQ(folder.owner, "a/d.dvc");
    const auto& file = pipeline.tracked.at(1);
    EXPECT_TRUE(file.legacy && file.imported && file.persist);
    EXPECT_FALSE(file.is_folder() || file.cached || file.pushed);
}

// They become names of files, here and on the cluster.
TEST(TrackedData, HasNoHashOrPathThatIsNone) {
    const auto pipeline =
        read_pipeline({{"a.dvc", "outs:\n- {path: a, md5: ../../x}\n- {path: b, md5: \"q\\n\"}\n"
                                 "- {path: \"c\\0d\", md5: " +
                                     hash + "}\n- {path: e, md5: .dir}\n"}});
    EXPECT_EQ(paths_of(pipeline.tracked), Words({"a", "b", "e"}));
    for (const auto& output : pipeline.tracked)
        EXPECT_EQ(output.hash, "") << output.path;
}

TEST(Pipelines, ThatAreNoYamlAreRefusedByTheirName) {
    for (const auto& [bad, files] :
         std::vector<std::pair<std::string, std::map<std::string, std::string>>>{
             {"x.dvc", {{"x.dvc", "a: [\n"}}},
             {"dvc.yaml", {{"dvc.yaml", "a: [\n"}}},
             {"p/dvc.lock", {{"p/dvc.yaml", "stages: {}"}, {"p/dvc.lock", "a: [\n"}}}}) {
        const auto failure = tests::failure_of([&] { return read_pipeline(files); });
        EXPECT_EQ(failure.code, base::Exit::not_ready);
        EXPECT_TRUE(failure.message.find("`" + bad + "` cannot be read") != std::string::npos)
            << failure.message;
    }
    EXPECT_TRUE(read_pipeline({{"mydvc.yaml", "a: [\n"}, {"dvc.yaml", ""}}).stages.empty());
}

TEST(Stages, AreAsAtTheirLastRun) {
    const std::string lock = "  s: {cmd: [a, b], deps: [{path: d, md5: 1}, {path: ./e, md5: 2}],\n"
                             "    params: {params.yaml: {lr: 0.001}}, outs: [{path: o, md5: 3}]}\n";
    const auto same = [&](const std::string& definition) {
        const auto stage = only_stage("  s: {" + definition + "}\n", lock);
        EXPECT_TRUE(stage.has_run);
        return stage.same_definition;
    };
    EXPECT_TRUE(same("cmd: [a, b], deps: [./e, d], params: [lr], outs: [{o: {persist: true}}]"));
    EXPECT_FALSE(same("cmd: [a], deps: [./e, d], params: [lr], outs: [o]"));
    EXPECT_FALSE(same("cmd: [a, b], deps: [e, d], params: [lr], outs: [o]")) << "DVC runs it";
    EXPECT_FALSE(same("cmd: [a, b], deps: [./e, d, f], params: [lr], outs: [o]"));
    EXPECT_FALSE(same("cmd: [a, b], deps: [./e, d], params: [lr, x], outs: [o]"));
    EXPECT_FALSE(same("cmd: [a, b], deps: [./e, d], params: [p.json: ], outs: [o]"));
    EXPECT_FALSE(same("cmd: [a, b], deps: [./e, d], outs: [o, p]"));
    EXPECT_FALSE(same("cmd: [a, b], deps: [./e, d], outs: [o], always_changed: true"));
    const auto stage =
        only_stage("  s: {cmd: x, wdir: w, deps: [d, /abs, https://x/y], frozen: true}\n", lock);
    EXPECT_EQ(stage.deps, Words{"p/w/d"});
    EXPECT_EQ(stage.address(), "p/dvc.yaml:s");
    EXPECT_TRUE(stage.frozen);
}

TEST(Stages, WithTemplatesReadTheFolderThatATemplateIsIn) {
    const auto stage = only_stage("  s: {cmd: x, deps: ['d/${a}.csv', e], "
                                  "metrics: ['m/${a}.json': {cache: false}]}\n",
                                  "  s: {cmd: x, deps: [{path: d/1.csv, md5: 1}], "
                                  "outs: [{path: m/1.json, md5: 2}]}\n");
    EXPECT_TRUE(stage.is_known);
    EXPECT_FALSE(stage.same_definition);
    EXPECT_EQ(stage.deps, Words({"p/d", "p/e"}));
    EXPECT_EQ(paths_of(stage.outs), Words({"p/m", "p/m/1.json"}));
    EXPECT_FALSE(stage.outs.at(1).cached);
    EXPECT_FALSE(only_stage("  s: {cmd: x, deps: ['${a}']}\n").is_known);
    EXPECT_FALSE(only_stage("  s: {cmd: x, wdir: '${a}', deps: [b]}\n").is_known);
}

TEST(Stages, MayHaveDollarsThatAreNoTemplates) {
    const auto stage = only_stage("  s: {cmd: 'echo \\${HOME}', outs: [o]}\n",
                                  "  s: {cmd: 'echo ${HOME}', outs: [{path: o, md5: 1}]}\n");
    EXPECT_TRUE(stage.is_told && stage.same_definition);
}

TEST(Stages, OfAForeachAreAllThatItNames) {
    const auto names = [](const std::string& group) {
        Words found;
        for (const auto& stage :
             read_pipeline({{"dvc.yaml", "stages:\n  s: {" + group + "}\n"},
                            {"dvc.lock", "stages:\n  s@a: {cmd: x}\n  s@old: {cmd: x}\n"}})
                 .stages)
            found.push_back(stage.name +
                            (stage.is_group  ? "@*"
                             : stage.has_run ? ""
                                             : " new") +
                            (stage.deps.empty() ? "" : " " + stage.deps[0]));
        return found;
    };
    EXPECT_EQ(names("foreach: [a, b], do: {cmd: x, deps: ['d/${item}']}"),
              Words({"s@a d/a", "s@b new d/b"}));
    EXPECT_EQ(names("foreach: {a: 1, b: 2}, do: {cmd: x, deps: ['${key}.csv']}"),
              Words({"s@a a.csv", "s@b new b.csv"}));
    EXPECT_EQ(names("matrix: {k: [a, 1]}, cmd: x"), Words({"s@a", "s@1 new"}));
    for (const auto* items : {"foreach: '${x}', do: {cmd: x}", "matrix: {k: '${x}'}, cmd: x",
                              "foreach: [0x1], do: {cmd: x}"})
        EXPECT_EQ(names(items), Words({"s@a", "s@old", "s@*"})) << items;
}

TEST(Values, AreTheSameWhereDvcTakesThemForTheSame) {
    const std::string text = "{f: 1e-3, g: 0.0010, i: 1, s: '1', q: \"a b\", p: a b, t: true,\n"
                             "l: [1, 2.50], m: {a: 1, b: 2}, n: {b: 2, a: 1.0}, big: "
                             "12345678901234567890, c: 12345678901234567891, z: null, o: 010}\n";
    const auto value = [&](const std::string& key) { return parameter(text, key).value_or("-"); };
    EXPECT_EQ(value("f"), value("g"));
    EXPECT_EQ(value("f"), parameter("x: 0.001", "x"));
    EXPECT_EQ(value("q"), value("p"));
    EXPECT_EQ(value("m"), value("n"));
    EXPECT_EQ(value("l.1"), parameter("x: 2.5", "x"));
    EXPECT_NE(value("i"), value("s")) << "a text is no number";
    EXPECT_NE(value("big"), value("c"));
    EXPECT_NE(value("o"), parameter("x: 10", "x"));
    EXPECT_NE(value("t"), parameter("x: 'true'", "x"));
    for (const auto* key : {"none", "m.x", "l.2", "l.x", "i.0", ""})
        EXPECT_EQ(parameter(text, key), std::nullopt) << key;
    EXPECT_EQ(parameter("a: [", "a"), std::nullopt);
    EXPECT_EQ(parameter("a: &a [*a]", "a").value_or("").find("[[[["), std::string::npos);
}

TEST(Paths, OverlapWhereOneIsInTheOther) {
    EXPECT_TRUE(overlap("a", "a") && overlap("a/b", "a") && overlap("a", "a/b/c"));
    EXPECT_TRUE(overlap(".", "a") && overlap("a", "."));
    EXPECT_FALSE(overlap("a", "ab") || overlap("a/b", "a/c") || overlap("", "a"));
}

} // namespace
} // namespace rdvc::data
