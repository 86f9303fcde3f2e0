#include "config/toml.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace rdvc::config {
namespace {

using base::Exit;
using Texts = std::vector<std::string>;

// The entries that have a value.
std::vector<Entry> values_of(std::string_view text) {
    auto entries = parse_toml(text, "f");
    std::erase_if(entries, [](const Entry& entry) { return entry.is_table; });
    return entries;
}

TEST(ParseToml, GivesEntriesInTheFilesOrder) {
    const auto entries = values_of("# comment\n"
                                   "[run]\n"
                                   "time = \"1:00:00\" # an hour\n"
                                   "exclusive = true\n"
                                   "[instances.\"g5.xlarge\"]\n"
                                   "gpus = 1\n"
                                   "[cluster]\n"
                                   "ssh_options = [\"-F\", 'c']\n");
    ASSERT_EQ(entries.size(), 4U);
    EXPECT_EQ(entries[0].path, Texts({"run", "time"}));
    EXPECT_EQ(entries[0].line, 3U);
    EXPECT_EQ(entries[1].value, Scalar(true));
    EXPECT_EQ(entries[2].path, Texts({"instances", "g5.xlarge", "gpus"}));
    EXPECT_EQ(entries[2].value, Scalar("1"));
    EXPECT_EQ(entries[3].value, Scalar(Texts({"-F", "c"})));
}

TEST(ParseToml, TellsOfTablesToo) {
    const auto entries = parse_toml("[instances.default]\n[run]\n", "f");
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_TRUE(entries[0].is_table && entries[1].is_table && entries[2].is_table);
    EXPECT_EQ(entries[0].path, Texts({"instances"}));
    EXPECT_EQ(entries[1].path, Texts({"instances", "default"}));
    EXPECT_EQ(entries[2].path, Texts({"run"}));
    EXPECT_EQ(entries[2].line, 2U);
}

TEST(ParseToml, KnowsWhereValuesStand) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"a = \"x\"", "\"x\""},
        {"a=1#c", "1"},
        {"a = true # c", "true"},
        {"\ta\t=\t'x'\t", "'x'"},
        {"\"\xc3\xbc\" = \"\xe2\x9c\x93\" # \xc3\xbc", "\"\xe2\x9c\x93\""},
        {"a = [\"x\", # one\n  \"y\",\n]\nb = 1", "[\"x\", # one\n  \"y\",\n]"},
        {"a = \"\"\"\nx\n[t]\n\"\"\"\n", "\"\"\"\nx\n[t]\n\"\"\""},
        {"a = '''x\ny'''\n", "'''x\ny'''"},
        {"# c\r\na = 'x'\r\n", "'x'"},
        {"a.b = 3.5", "3.5"},
        {"a = { b = \"x\" }", "\"x\""},
        {"\xef\xbb\xbf"
         "a = 'x'",
         "'x'"},
    };
    for (const auto& [text, value] : cases) {
        const auto entries = values_of(text);
        ASSERT_FALSE(entries.empty()) << text;
        EXPECT_EQ(text.substr(entries[0].begin, entries[0].end - entries[0].begin), value) << text;
    }
}

TEST(ParseToml, MakesTextOfNumbers) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"2", "2"},        {"-3", "-3"},    {"+4", "4"},
        {"1_000", "1000"}, {"0x10", "16"},  {"0.5", "0.5"},
        {"-0.5", "-0.5"},  {"1e3", "1000"}, {"9223372036854775807", "9223372036854775807"},
    };
    for (const auto& [source, text] : cases)
        EXPECT_EQ(parse_toml("a = " + source, "f").at(0).value, Scalar(text)) << source;
}

TEST(ParseToml, NamesTheLineOfAnError) {
    const auto failure =
        tests::failure_of([] { return parse_toml("[run]\n\ntime = \n", "my.toml"); });
    EXPECT_EQ(failure.code, Exit::configuration);
    EXPECT_TRUE(failure.message.starts_with("error: my.toml:3: this is not valid TOML: "))
        << failure.message;
}

TEST(ParseToml, RefusesWhatNoArgumentCanHold) {
    for (const auto* text :
         {"a = \"x\\u0000y\"", "a = [\"\\u0000\"]", "\"a\\u0000\" = 1", "[\"a\\u0000\"]"}) {
        const auto failure = tests::failure_of([&] { return parse_toml(text, "f"); });
        EXPECT_EQ(failure.code, base::Exit::configuration) << text;
        EXPECT_NE(failure.message.find("f:1: names and values must not contain `\\u0000`"),
                  std::string::npos)
            << failure.message;
    }
}

TEST(ParseToml, RefusesAKeyWithoutEnd) {
    std::string key = "a";
    for (int i = 0; i < 200'000; ++i)
        key += ".a";
    for (const auto& text : {"\n" + key + " = 1", "\n[" + key + "]", "\nx = {" + key + " = 1}"})
        EXPECT_FAILURE(parse_toml(text, "f"), Exit::configuration,
                       "error: f:2: a key of more than 100 parts\n");
    std::string list = "x = [\"y\"";
    for (int i = 0; i < 200; ++i)
        list += ", \"a.\\\".b\", 'c.d'";
    EXPECT_EQ(parse_toml(list + "] # " + key, "f").size(), 1U)
        << "strings and comments may have dots";
}

TEST(ParseToml, RefusesKindsThatNoSettingHas) {
    for (const std::string source : {"2024-03-11", "01:30:00", "2024-03-11T12:00:00Z", "[1, 2]",
                                     "[[\"a\"]]", "[\"a\", 1]", "[{b = 1}]"})
        EXPECT_FAILURE(parse_toml("\nx = 1\na = " + source, "f"), Exit::configuration,
                       "error: f:3: a value must be a string, a number, true or false, or a list "
                       "of strings\n");
}

TEST(TomlString, GivesAnyTextBack) {
    std::string all;
    for (int byte = 1; byte < 0x80; ++byte)
        all += static_cast<char>(byte);
    for (const auto& text : {std::string(), std::string("a\"b\\c"), all, std::string("\xc3\xbc"),
                             std::string("\"\"\""), std::string("# [x]")})
        EXPECT_EQ(parse_toml("a = " + toml_string(text), "f").at(0).value, Scalar(text));
}

} // namespace
} // namespace rdvc::config
