#include "data/refusals.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace rdvc::data {
namespace {

using Texts = std::map<std::string, std::string>;

std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const base::Error& error) {
        EXPECT_EQ(error.code(), base::Exit::not_ready);
        return error.what();
    }
    return "";
}

std::string refused_target(const std::string& target, const std::string& stages,
                           const std::string& here = "") {
    const auto pipeline = read_pipeline(
        {{"dvc.yaml", "stages:\n" + stages}, {"raw.dvc", "outs: [{path: raw, md5: r}]\n"}});
    Scope scope;
    scope.targets = {target};
    scope.here = here;
    return message_of([&] {
        refuse_unknown_targets(pipeline, scope,
                               [](const std::string& path) { return path == "sub/dvc.yaml"; });
    });
}

TEST(Targets, ThatNothingHasAreRefused) {
    const std::string stages = "  train: {cmd: x, outs: [model]}\n"
                               "  g: {foreach: [a, b], do: {cmd: x}}\n";
    for (const auto* known : {"train", "dvc.yaml:train", ":train", "dvc.yaml", "model", "raw",
                              "raw.dvc", "g", "g@a", "sub/dvc.yaml", "tr*", "/some/where"})
        EXPECT_EQ(refused_target(known, stages), "") << known;
    EXPECT_EQ(refused_target("trian", stages),
              "no stage, file or output is called `trian`, did you mean `train`?");
    for (const auto* unknown : {"none", "g@c", "dvc.yaml:none", "none/dvc.yaml"})
        EXPECT_NE(refused_target(unknown, stages), "") << unknown;
    EXPECT_EQ(refused_target("none", "  g: {foreach: '${x}', do: {cmd: x}}\n"), "")
        << "it may be one of those";
}

std::string refused_key(const std::vector<std::string>& overrides, const Texts& texts,
                        const std::string& here = "") {
    Scope scope;
    scope.overrides = overrides;
    scope.here = here;
    return message_of([&] {
        refuse_unknown_keys(scope,
                            {.hash = {},
                             .text = [&](const std::string& path) -> std::optional<std::string> {
                                 const auto found = texts.find(path);
                                 return found == texts.end() ? std::nullopt
                                                             : std::optional(found->second);
                             },
                             .part = {},
                             .in_commit = {}},
                            "");
    });
}

TEST(Keys, ThatNoFileHasAreRefused) {
    const Texts texts = {{"params.yaml", "lr: 1\nmodel: {depth: 2, empty: null}\nlist: [1]\n"},
                         {"p.json", "{\"a\": {\"b\": 1}}"},
                         {"p.toml", "x = 1\n"}};
    for (const auto* known :
         {"lr=2", "model.depth=3", "model={depth: 1}", "model.empty=1", "+new=1", "++lr=1", "~lr",
          "list[0]=2", "list.0=2", "p.json:a.b=2", "p.toml:y=1", "none.yaml:y=1", "a b=1"})
        EXPECT_EQ(refused_key({known}, texts), "") << known;
    EXPECT_EQ(refused_key({"lr=1", "rl=2"}, texts),
              "`params.yaml` has no parameter `rl`, did you mean `lr`?");
    EXPECT_EQ(refused_key({"model.dpeth=2"}, texts),
              "`params.yaml` has no parameter `model.dpeth`, did you mean `model.depth`?");
    EXPECT_EQ(refused_key({"p.json:a.c=1"}, texts),
              "`p.json` has no parameter `a.c`, did you mean `a.b`?");
    EXPECT_EQ(refused_key({"rl=1"}, {}), "") << "there may be one in the job";
    EXPECT_EQ(refused_key({"rl=1"}, {{"params.yaml", "a: [\n"}}), "");
    EXPECT_EQ(
        refused_key({"lr=1"}, {{"params.yaml", "lr: 1\n"}, {"sub/params.yaml", "a: 1\n"}}, "sub"),
        "");
}

std::string refused_option(const std::string& override, const HydraConfig& config) {
    Scope scope;
    scope.overrides = {override};
    scope.hydra = true;
    return message_of([&] { refuse_unknown_options(scope, config); });
}

TEST(HydraOptions, ThatNoGroupHasAreRefused) {
    HydraConfig config{.files = {{"config.yaml", "defaults:\n- model: small\nlr: 1\n"},
                                 {"model/small.yaml", "depth: 1\n"},
                                 {"model/large.yaml", "depth: 9\n"}}};
    for (const auto* known : {"model=large", "lr=2", "model.depth=3", "+trainer=new", "model=null",
                              "model='x y'", "other.yaml:model=x"})
        EXPECT_EQ(refused_option(known, config), "") << known;
    EXPECT_EQ(refused_option("model=lagre", config),
              "Hydra's group `model` has no option `lagre`, did you mean `large`?");
    EXPECT_EQ(refused_option("fabric=1", config),
              "Hydra's configuration has no parameter `fabric`");
    EXPECT_EQ(refused_option("model.dpeth=2", config),
              "Hydra's configuration has no parameter `model.dpeth`, did you mean `model.depth`?");
    config.files.emplace_back("hydra/x.yaml", "searchpath: [pkg://y]\n");
    EXPECT_EQ(refused_option("fabric=1", config), "") << "it may be elsewhere";
    EXPECT_EQ(refused_option("fabric=1", {}), "");
}

} // namespace
} // namespace rdvc::data
