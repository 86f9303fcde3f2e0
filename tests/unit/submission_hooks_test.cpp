#include "submission/hooks.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace rdvc::submission {
namespace {

using base::Exit;

config::Config configured(std::string_view toml) {
    config::Config config;
    config.read_layer(toml, ".rdvc/config.toml", config::Whose::project, "");
    return config;
}

// The code of the one hook that a file with this content is.
std::string code_of(const std::string& content) {
    const auto hooks = find_hooks({{.name = "after-publish", .content = content}}, {});
    return hooks.size() == 1 ? hooks[0].code : "";
}

TEST(Hooks, RunInTheOrderOfTheJobAndTheConfigurationsFirst) {
    const auto hooks = find_hooks({{.name = "after-publish"}, {.name = "before-environment"}},
                                  configured("[hooks]\n"
                                             "after-workspace = \"a\"\n"
                                             "before-environment = \"module load cuda\"\n"
                                             "after-experiment = \" \\n\"\n"));
    std::vector<std::string> said;
    for (const auto& hook : hooks)
        said.push_back(hook.point + ": " + hook.code + " (" + hook.origin + ")");
    EXPECT_EQ(said,
              (std::vector<std::string>{
                  "after-workspace: a (.rdvc/config.toml:2)",
                  "before-environment: module load cuda (.rdvc/config.toml:3)",
                  "before-environment: source .rdvc/hooks/before-environment "
                  "(.rdvc/hooks/before-environment)",
                  "after-publish: source .rdvc/hooks/after-publish (.rdvc/hooks/after-publish)"}));
    EXPECT_TRUE(find_hooks({{.name = ".gitkeep"}}, {}).empty());
}

TEST(Hooks, RunAsTheirFirstLineSays) {
    const std::string source = "source .rdvc/hooks/after-publish";
    const std::string run = " .rdvc/hooks/after-publish";
    for (const auto& [content, code] : std::vector<std::pair<std::string, std::string>>{
             {"", source},
             {"true\n", source},
             {"#!", source},
             {"#!\n#!/bin/zsh\n", source},
             {"#!/bin/bash\n", source},
             {"#! /bin/sh\r\n", source},
             {"#!/usr/bin/env bash", source},
             {"#!/bin/bash -eu\n", "set -eu; " + source},
             {"#!/usr/bin/env -S bash -e -x\n", "set -e -x; " + source},
             {"#!/bin/bash --login\n", "/bin/bash --login" + run},
             {"#!/usr/bin/env python3\n", "/usr/bin/env python3" + run},
             {"#!/usr/bin/env -S python3 -u\n", "/usr/bin/env -S python3 -u" + run},
             {"#!/opt/x;y/zsh\n", "'/opt/x;y/zsh'" + run}})
        EXPECT_EQ(code_of(content), code) << content;
}

TEST(Hooks, RefuseOtherFiles) {
    const auto refused = [](const HookFile& file) { return find_hooks({file}, {}); };
    const std::string all = "\n  the hooks are: after-workspace, before-environment, "
                            "after-environment, before-experiment, after-experiment, "
                            "before-publish, after-publish\n\nhint: files that hooks use can be "
                            "anywhere else in the project\n";
    EXPECT_FAILURE(refused({.name = "after-publsh"}), Exit::configuration,
                   "error: .rdvc/hooks/after-publsh: unknown hook, did you mean `after-publish`?" +
                       all);
    EXPECT_FAILURE(
        refused({.name = "after-publish.py"}), Exit::configuration,
        "error: .rdvc/hooks/after-publish.py: unknown hook, did you mean `after-publish`?" + all);
    EXPECT_FAILURE(refused({.name = "README.md"}), Exit::configuration,
                   "error: .rdvc/hooks/README.md: unknown hook" + all);
    EXPECT_FAILURE(refused({.name = "after-publish", .is_file = false}), Exit::configuration,
                   "error: .rdvc/hooks/after-publish: a hook must be a file\n");
    EXPECT_FAILURE(refused({.name = "after-publish", .content = std::string("#!\0", 3)}),
                   Exit::configuration,
                   "error: .rdvc/hooks/after-publish: a hook must be a script\n"
                   "  this is a binary file\n\nhint: call the program from a hook\n");
    EXPECT_FAILURE(refused({.name = "before-workspace"}), Exit::configuration,
                   "error: .rdvc/hooks/before-workspace: there is no such hook\n"
                   "  the project's files are in no workspace yet\n\n"
                   "hint: a hook can begin with `after-workspace`; for what comes before, there "
                   "is ~/.bashrc on the cluster\n");
}

TEST(Hooks, HaveASettingEach) {
    for (const auto point : hook_points())
        EXPECT_EQ(config::Config().text("hooks." + std::string(point)), "") << point;
}

} // namespace
} // namespace rdvc::submission
