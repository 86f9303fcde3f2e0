#include "config/keys.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace rdvc::config {
namespace {

using base::Exit;
using Texts = std::vector<std::string>;

TEST(ParseKey, TakesAKeyApart) {
    EXPECT_EQ(parse_key("run.time"), Texts({"run", "time"}));
    EXPECT_EQ(parse_key("hooks.after-publish"), Texts({"hooks", "after-publish"}));
    EXPECT_EQ(parse_key("instances.g5.xlarge.mem"), Texts({"instances", "g5.xlarge", "mem"}));
    EXPECT_EQ(parse_key("clusters.hpc.host"), Texts({"clusters", "hpc", "host"}));
    EXPECT_EQ(parse_key("include"), Texts({"include"}));
    for (const auto* key : {"run.time", "instances.g5.xlarge.mem", "include"})
        EXPECT_EQ(key_text(parse_key(key)), key);
}

TEST(ParseKey, NamesTheOneProbablyMeant) {
    const auto refuses = [](const std::string& key, const std::string& meant) {
        EXPECT_FAILS(parse_key(key), Exit::usage,
                     "unknown setting `" + key + "`" +
                         (meant.empty() ? "" : ", did you mean `" + meant + "`?"));
    };
    refuses("run.tme", "run.time");
    refuses("run.coed", "run.code");
    refuses("run..time", "run.time");
    refuses("run.time.x", "run.time");
    refuses("instances.big.memm", "instances.big.mem");
    refuses("clusters.hpc.hots", "clusters.hpc.host");
    for (const auto* key : {"", ".", "run", "run.", "instances.mem", "instances..mem",
                            "elephant.time", "cluster.elephant"})
        refuses(key, "");
}

TEST(ValueSource, HasTheKindOfItsSetting) {
    const auto source = [](const char* key, const Texts& words) {
        return value_source(parse_key(key), words);
    };
    EXPECT_EQ(source("run.code", {"ssh"}), "\"ssh\"");
    EXPECT_EQ(source("project.name", {"7"}), "\"7\"");
    EXPECT_EQ(source("env.reuse", {"no"}), "false");
    EXPECT_EQ(source("env.reuse", {"maybe"}), "\"maybe\""); // which the file's check refuses
    EXPECT_EQ(source("job.grace", {"30"}), "30");
    EXPECT_EQ(source("run.max_history", {"1G"}), "\"1G\"");
    EXPECT_EQ(source("env.inputs", {"a", "b c"}), "[\"a\", \"b c\"]");
    EXPECT_EQ(source("env.inputs", {"a b"}), "[\"a b\"]");
    EXPECT_EQ(source("env.inputs", {"['x']"}), "['x']");
    EXPECT_EQ(source("run.time", {"1:00:00"}), "\"1:00:00\"");
    EXPECT_EQ(source("run.nice", {"-5"}), "\"-5\"");
    EXPECT_EQ(source("run.gpus", {"1"}), "1");
    EXPECT_EQ(source("run.begin", {"0010"}), "\"0010\"");
    EXPECT_EQ(source("instances.big.exclusive", {"true"}), "true");
    EXPECT_EQ(source("include", {"true"}), "\"true\"");
    EXPECT_FAILS(source("run.code", {"a", "b"}), Exit::usage, "`run.code` takes one value");
}

TEST(ToSource, IsReadBackAsTheSameValue) {
    for (const Scalar& value : {Scalar(true), Scalar(false), Scalar(std::string("a \"b\" \n\x01")),
                                Scalar(Texts{}), Scalar(Texts{"a", "b\\c"})})
        EXPECT_EQ(parse_toml("value = " + to_source(value), "f").back().value, value);
}

} // namespace
} // namespace rdvc::config
