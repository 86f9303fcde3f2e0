#include "data/templates.hpp"

#include <map>

#include <gtest/gtest.h>

#include "data/pipeline.hpp"

namespace rdvc::data {
namespace {

using Texts = std::map<std::string, std::string>;

// Name, dependencies and outputs of each stage, one a line.
std::string stages(const std::string& yaml, const Texts& params, const std::string& changing = "") {
    const Values values{
        .text = [&](const std::string& path) -> std::optional<std::string> {
            const auto found = params.find(path);
            return found == params.end() ? std::nullopt : std::optional(found->second);
        },
        .may_change = [&](const std::string&, const std::string& key) { return key == changing; }};
    std::string text;
    for (const auto& stage : read_pipeline({{"dvc.yaml", yaml}}, values).stages) {
        text += stage.name + (stage.is_group ? "*" : "") + ":";
        for (const auto& dep : stage.deps)
            text += " " + dep;
        text += " ->";
        for (const auto& output : stage.outs)
            text += " " + output.path;
        text += "\n";
    }
    return text;
}

TEST(Templates, TakeTheirValuesFromParametersAndVars) {
    const std::string yaml = "vars: [{model: big}, more.yaml:dir]\nstages:\n"
                             "  s: {cmd: x, deps: ['in/${data.file}.csv', '${list[1]}'],\n"
                             "    outs: ['${dir}/${model}-${ lr }']}\n";
    const Texts params = {{"params.yaml", "data: {file: raw}\nlist: [a, b]\nlr: 1e-3\n"},
                          {"more.yaml", "dir: out\nother: 1\n"}};
    EXPECT_EQ(stages(yaml, params), "s: in/raw.csv b -> out/big-0.001\n");
    EXPECT_EQ(stages(yaml, params, "data.file"), "s: in b -> out/big-0.001\n") << "the folder";
    EXPECT_EQ(stages(yaml, {{"params.yaml", params.at("params.yaml")}}), "s: in ->\n")
        << "a file of vars is not there";
}

TEST(Templates, ArePrintedAsPythonDoes) {
    const auto printed = [](const std::string& value) {
        return interpolated(YAML::Load(value)).value_or("?");
    };
    const std::vector<std::pair<std::string, std::string>> table = {
        {"1", "1"},          {"-3", "-3"},     {"+5", "5"},
        {"010", "10"},       {"1.0", "1.0"},   {"1e3", "1000.0"},
        {"1e-5", "1e-05"},   {".5", "0.5"},    {"true", "true"},
        {"True", "true"},    {"yes", "yes"},   {"~", "None"},
        {"null", "None"},    {"'1.0'", "1.0"}, {"0x1F", "?"},
        {"2020-01-01", "?"}, {"1_000", "?"},   {"a b", "a b"},
        {"1e16", "1e+16"},   {"[1]", "?"},     {"123456789012.5", "123456789012.5"}};
    for (const auto& [value, text] : table)
        EXPECT_EQ(printed(value), text) << value;
}

TEST(Groups, AreAllStagesThatTheyStandFor) {
    const auto group = [](const std::string& definition) {
        return stages(
            "stages:\n  s: {" + definition + "}\n",
            {{"params.yaml", "models: [a, 1.0]\nsizes: {small: {n: 1}, large: {n: 2}}\n"}});
    };
    EXPECT_EQ(group("foreach: [a, b], do: {cmd: x, deps: ['d/${item}']}"),
              "s@a: d/a ->\ns@b: d/b ->\n");
    EXPECT_EQ(group("foreach: '${models}', do: {cmd: x, outs: ['${item}.pt']}"),
              "s@a: -> a.pt\ns@1.0: -> 1.0.pt\n");
    EXPECT_EQ(group("foreach: '${sizes}', do: {cmd: x, outs: ['${key}/${item.n}']}"),
              "s@small: -> small/1\ns@large: -> large/2\n");
    EXPECT_EQ(group("foreach: [{n: a}, {n: b}], do: {cmd: x, outs: ['${item.n}']}"),
              "s@0: -> a\ns@1: -> b\n");
    EXPECT_EQ(group("matrix: {m: '${models}', s: [x, {n: 1}]}, cmd: x, outs: ['${item.m}/${key}']"),
              "s@a-x: -> a/a-x\ns@a-s1: -> a/a-s1\ns@1.0-x: -> 1.0/1.0-x\ns@1.0-s1: -> "
              "1.0/1.0-s1\n");
    EXPECT_EQ(group("foreach: '${none}', do: {cmd: x, outs: ['o/${item}']}"), "s*: -> o\n");
}

} // namespace
} // namespace rdvc::data
