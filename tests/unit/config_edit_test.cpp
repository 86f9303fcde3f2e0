#include "config/edit.hpp"

#include <gtest/gtest.h>

#include "config/toml.hpp"
#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::config {
namespace {

using base::Exit;
using Texts = std::vector<std::string>;

std::string set(std::string_view text, const Texts& path, const std::string& value) {
    return set_value(text, path, value, "config.toml");
}

TEST(SetValue, ReplacesAValueAndNothingElse) {
    const std::string text = "# mine\n"
                             "[cluster]   # where\n"
                             "host = \"old\"  # the login node\n"
                             "\n"
                             "[run]\n"
                             "  mail-user='a@b'\n"
                             "gpus=1# one\n";
    EXPECT_EQ(set(text, {"cluster", "host"}, "\"new\""),
              tests::replaced(text, "\"old\"", "\"new\""));
    EXPECT_EQ(set(text, {"run", "mail-user"}, "\"x\""), tests::replaced(text, "'a@b'", "\"x\""));
    EXPECT_EQ(set(text, {"run", "gpus"}, "2"), tests::replaced(text, "=1#", "=2#"));
}

TEST(SetValue, ReplacesValuesOfManyLines) {
    EXPECT_EQ(set("[env]\ninputs = [ # all\n  'a',\n]\nsetup = 's'\n", {"env", "inputs"}, "[]"),
              "[env]\ninputs = []\nsetup = 's'\n");
    EXPECT_EQ(set("[env]\nsetup = \"\"\"\na\nb\"\"\" # c\n", {"env", "setup"}, "'x'"),
              "[env]\nsetup = 'x' # c\n");
}

TEST(SetValue, ReplacesDottedAndInlineValues) {
    EXPECT_EQ(set("run.instance = 'a'\n", {"run", "instance"}, "'b'"), "run.instance = 'b'\n");
    EXPECT_EQ(set("cluster = { host = 'a', dir = 'd' }\n", {"cluster", "host"}, "'b'"),
              "cluster = { host = 'b', dir = 'd' }\n");
}

TEST(SetValue, AddsAtTheEndOfItsTable) {
    EXPECT_EQ(
        set("[cluster]\nhost = 'a' # x\n\n# next\n[run]\ntime = 1\n", {"cluster", "dir"}, "'d'"),
        "[cluster]\nhost = 'a' # x\ndir = 'd'\n\n# next\n[run]\ntime = 1\n");
    EXPECT_EQ(set("[cluster]\n[run]\n", {"cluster", "dir"}, "'d'"),
              "[cluster]\ndir = 'd'\n[run]\n");
    EXPECT_EQ(set("[run]\ntime = 1", {"run", "qos"}, "'q'"), "[run]\ntime = 1\nqos = 'q'\n");
    EXPECT_EQ(
        set("[instances.\"g5.xlarge\"]\ngpus = 1\n", {"instances", "g5.xlarge", "mem"}, "'8G'"),
        "[instances.\"g5.xlarge\"]\ngpus = 1\nmem = '8G'\n");
}

TEST(SetValue, AddsAMissingTable) {
    EXPECT_EQ(set("", {"cluster", "host"}, "'a'"), "\n[cluster]\nhost = 'a'\n");
    EXPECT_EQ(set("# mine\n", {"instances", "g5.xlarge", "gpus"}, "1"),
              "# mine\n\n[instances.\"g5.xlarge\"]\ngpus = 1\n");
    EXPECT_EQ(set("[run]\ntime = 1\n", {"instances", "cpu", "nodes"}, "1"),
              "[run]\ntime = 1\n\n[instances.cpu]\nnodes = 1\n");
}

TEST(SetValue, RefusesWhatItCannotAddTo) {
    for (const std::string text :
         {"cluster = { host = 'a' }\n", "run.time = 1\n[cluster]\n", "cluster.host = 'a'\n"}) {
        const Texts path = text.starts_with("run") ? Texts{"run", "dir"} : Texts{"cluster", "dir"};
        EXPECT_FAILURE(set(text, path, "'d'"), Exit::configuration,
                       "error: config.toml: cannot add `dir = 'd'` to [" + path.front() +
                           "]\n\nhint: add it by hand\n");
    }
    EXPECT_EQ(tests::failure_of([] {
                  return set("[run\n", {"run", "a"}, "1");
              }).code,
              Exit::configuration);
}

// A multi-line string may contain what looks like a table.
TEST(SetValue, IsNotMisledByATextOfManyLines) {
    const std::string text = "[env]\nsetup = \"\"\"\n[run]\necho\n\"\"\"\n";
    for (const auto& path : {Texts{"run", "instance"}, Texts{"env", "activate"}}) {
        std::string edited;
        try {
            edited = set(text, path, "'a'");
        } catch (const base::Error& error) {
            EXPECT_EQ(error.code(), Exit::configuration);
            continue;
        }
        bool found = false;
        for (const auto& entry : parse_toml(edited, "f")) {
            if (entry.path == Texts{"env", "setup"}) {
                EXPECT_EQ(entry.value, Scalar("[run]\necho\n")) << edited;
            }
            found = found || (entry.path == path && entry.value == Scalar("a"));
        }
        EXPECT_TRUE(found) << edited;
    }
}

TEST(SetValue, KeepsTheLineEndsOfTheFile) {
    EXPECT_EQ(set("# mine\r\n[run]\r\ntime = 1\r\n", {"run", "qos"}, "'q'"),
              "# mine\r\n[run]\r\ntime = 1\r\nqos = 'q'\r\n");
    EXPECT_EQ(set("# mine\r\n[run]\r\ntime = 1\r\n", {"run", "time"}, "2"),
              "# mine\r\n[run]\r\ntime = 2\r\n");
}

TEST(RemoveValue, TakesItsLineAndNothingElse) {
    const std::string text = "# mine\n[run]\ntime = 1 # an hour\nmem = 2\n[env]\n"
                             "inputs = [ # all\n  'a',\n]\nsetup = 's'";
    const auto without = [&](const Texts& path) { return remove_value(text, path, "f"); };
    EXPECT_EQ(without({"run", "time"}), tests::replaced(text, "time = 1 # an hour\n", ""));
    EXPECT_EQ(without({"env", "inputs"}),
              tests::replaced(text, "inputs = [ # all\n  'a',\n]\n", ""));
    EXPECT_EQ(without({"env", "setup"}), tests::replaced(text, "setup = 's'", ""));
    EXPECT_EQ(without({"env", "where"}), std::nullopt);
    EXPECT_EQ(without({"env"}), std::nullopt);
    EXPECT_EQ(remove_value("run.time = 1\r\nx.y = 2\r\n", {"run", "time"}, "f"), "x.y = 2\r\n");
    EXPECT_EQ(remove_value("", {"run", "time"}, "f"), std::nullopt);
}

TEST(RemoveValue, RefusesALineThatHasMore) {
    for (const auto* text :
         {"run = { time = 1, mem = 2 }\n", "run = { time = 1,  mem = [\n'2'] }\n",
          "run = { mem = 2, time = [\n'1'] }\n"})
        EXPECT_FAILS(remove_value(text, {"run", "time"}, "config.toml"), Exit::configuration,
                     "config.toml:1: cannot remove `run.time`: other values share its line");
}

} // namespace
} // namespace rdvc::config
