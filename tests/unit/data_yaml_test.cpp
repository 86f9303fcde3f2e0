#include "data/yaml.hpp"

#include <gtest/gtest.h>

#include "data/values.hpp"

namespace rdvc::data {
namespace {

std::string read(const std::string& text) {
    try {
        return flat(load_yaml(text));
    } catch (const YAML::Exception& error) {
        return error.msg;
    }
}

TEST(Yaml, MergesMaps) {
    EXPECT_EQ(read("a: &a {p: 1, q: 2}\nb: {<<: *a, q: 3}\n"),
              R"({"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}})");
    EXPECT_EQ(read("x: &x {p: 1}\ny: &y {p: 2, q: 2}\nz: {<<: [*x, *y], r: 3}\n"),
              R"({"x": {"p": 1}, "y": {"p": 2, "q": 2}, "z": {"p": 1, "q": 2, "r": 3}})");
    EXPECT_EQ(read("x: &x {p: 1}\ny: &y {<<: *x, q: 2}\nz: {<<: *y}\n"),
              R"({"x": {"p": 1}, "y": {"p": 1, "q": 2}, "z": {"p": 1, "q": 2}})");
    EXPECT_EQ(read("z: [{<<: {p: 1}}]\n"), R"({"z": [{"p": 1}]})");
    EXPECT_EQ(read("'<<': 3\n"), R"({"<<": 3})") << "a key like others";
}

TEST(Yaml, IsRefusedWhereDvcRefusesIt) {
    EXPECT_EQ(read("a: 1\na: 2\n"), "the key `a` stands twice");
    EXPECT_EQ(read("a: &a {p: 1}\nb: {<<: *a, <<: *a}\n"), "the key `<<` stands twice");
    EXPECT_EQ(read("b: {<<: 3}\n"), "`<<` needs a map or a list of maps");
}

TEST(Yaml, HasNoEnd) {
    std::string text = "a0: &a0 {x: 1}\n";
    for (int i = 1; i < 40; ++i) {
        const auto before = "a" + std::to_string(i - 1);
        const auto name = "a" + std::to_string(i);
        text += name + ": &" + name + " {x: *" + before + ", y: *" + before + "}\n";
    }
    EXPECT_EQ(read(text), "a value is too large");
}

TEST(Yaml, HasTheBooleansOfVersion12) {
    const auto node = load_yaml("[true, True, false, yes, on, 'true']");
    EXPECT_TRUE(flag_of(node[0], false) && flag_of(node[1], false));
    EXPECT_FALSE(flag_of(node[2], true) || flag_of(node[3], false) || flag_of(node[4], false));
}

} // namespace
} // namespace rdvc::data
