#include "environment/selection.hpp"

#include <map>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace rdvc::environment {
namespace {

/// A tree whose files have these contents; it counts the files that are read.
struct Tree {
    std::map<std::string, std::string> contents;
    std::vector<std::string> submodules = {};

    [[nodiscard]] std::string selected(const std::string& commands) const {
        std::vector<TrackedFile> tracked;
        for (const auto& [path, content] : contents)
            tracked.push_back({"100644", "b", path});
        for (const auto& path : submodules)
            tracked.push_back({"160000", "c", path});
        const auto selection = select_files(tracked, commands, [&](const auto& files) {
            std::vector<std::string> all;
            for (const auto* file : files)
                all.push_back(contents.at(file->path));
            return all;
        });
        std::vector<std::string> paths;
        for (const auto& file : selection.files)
            paths.push_back(file.path);
        return base::join(paths, " ");
    }
};

TEST(SelectFiles, ByName) {
    struct Row {
        std::string path;
        bool decides;
    };
    for (const auto& [path, decides] : std::vector<Row>{{"pyproject.toml", true},
                                                        {"sub/requirements-dev.txt", true},
                                                        {"requirements.md", false},
                                                        {"constraints.txt", true},
                                                        {"environment.gpu.yaml", true},
                                                        {"src/fast.pyx", true},
                                                        {"src/core.c++", true},
                                                        {"src/model.py", false},
                                                        {"Makefile", true},
                                                        {"GNUmakefile", true},
                                                        {"uv.lock", true},
                                                        {"data/train.csv", false},
                                                        {"params.yaml", false},
                                                        {"README.md", false}}) {
        const Tree tree{.contents = {{path, ""}}};
        EXPECT_EQ(tree.selected("true"), decides ? path : "") << path;
    }
    EXPECT_EQ((Tree{.contents = {}, .submodules = {"lib"}}).selected("true"), "lib");
}

TEST(SelectFiles, ThatTheSetupCommandNames) {
    const Tree tree{
        .contents = {
            {"init_env.sh", ""}, {"tools/init_env.sh", ""}, {"tools/a.sh", ""}, {"b.sh", ""}}};
    EXPECT_EQ(tree.selected("./init_env.sh"),
              "init_env.sh tools/init_env.sh"); // setup may run in any folder
    EXPECT_EQ(tree.selected("bash tools/a.sh"), "tools/a.sh");
    EXPECT_EQ(tree.selected("bash \"$HERE/a.sh\""), "tools/a.sh"); // a variable holds the folder
    EXPECT_EQ(tree.selected("bash other/a.sh"),
              "tools/a.sh"); // or the folder has another name here
    EXPECT_EQ(tree.selected("bash other/deep/a.sh"), "");
    EXPECT_EQ(tree.selected("cat ../b.sh"), "b.sh");
}

TEST(SelectFiles, ThatScriptsAndProjectFilesName) {
    const Tree tree{.contents = {{"init_env.sh", "source env/one.sh\n# bash env/aside.sh\n"},
                                 {"env/one.sh", "pip install -r env/list\n"},
                                 {"env/list", "env/data.csv\n"},
                                 {"env/data.csv", "env/far.sh"},
                                 {"env/far.sh", ""},
                                 {"env/aside.sh", ""},
                                 {"LICENSE", ""}}};
    EXPECT_EQ(tree.selected("./init_env.sh"), "env/data.csv env/list env/one.sh init_env.sh");
    EXPECT_EQ(tree.selected("cat LICENSE"), ""); // setup only copies it
}

TEST(SelectFiles, ModulesThatAScriptRuns) {
    const Tree tree{.contents = {{"setup.sh", "python -m tools.make --fast\n"},
                                 {"tools/make.py", "from helpers.deep import f\n"},
                                 {"tools/__init__.py", ""},
                                 {"helpers/deep.py", "x = 1\n"},
                                 {"helpers/__init__.py", ""},
                                 {"helpers/other.py", ""}}};
    EXPECT_EQ(tree.selected("bash setup.sh"),
              "helpers/__init__.py helpers/deep.py setup.sh tools/__init__.py tools/make.py");
}

TEST(SelectFiles, ModulesWithAVersionAreNotReadFurther) {
    const Tree tree{.contents = {{"pyproject.toml",
                                  "[tool.setuptools.dynamic]\nversion = {attr = \"pk.about.v\"}\n"},
                                 {"pk/about.py", "import pk.rest\n"},
                                 {"pk/__init__.py", ""},
                                 {"pk/rest.py", ""}}};
    EXPECT_EQ(tree.selected("pip install ."), "pk/__init__.py pk/about.py pyproject.toml");
}

TEST(SelectFiles, SettingsOfToolsThatCheckCodeAreIgnored) {
    const Tree tree{
        .contents = {{"pyproject.toml",
                      "[tool.ruff]\nextend = \"lint/rules\"\n[tool.hatch]\nx = \"gen/one\"\n"},
                     {"lint/rules", ""},
                     {"gen/one", ""}}};
    EXPECT_EQ(tree.selected("pip install ."), "gen/one pyproject.toml");
}

} // namespace
} // namespace rdvc::environment
