#include "environment/inputs.hpp"

#include <gtest/gtest.h>

namespace rdvc::environment {
namespace {

std::vector<Text> text(const std::string& content, const std::string& path = "pyproject.toml") {
    return {{path, content}};
}

TEST(VersionAskedFor, Table) {
    struct Row {
        std::string content;
        Version version;
    };
    for (const auto& [content, version] : std::vector<Row>{
             {"[project]\nname = \"x\"\n", Version::none},
             {"requires = [\"versioneer\"]\n", Version::tags},
             {"run(['git', 'x'])\nsubprocess.run([\"git\", \"describe\"])\n", Version::tags},
             {"git rev-parse HEAD\n", Version::tags},
             {"cd \"$(git rev-parse --show-toplevel)\"\n", Version::none},
             {"cd \"$(git rev-parse --show-toplevel)\"; git rev-parse HEAD\n", Version::tags},
             {"requires = [\"setuptools_scm\"]\n", Version::plain},
             {"requires = [\"setuptools_scm\"]\n[tool.setuptools_scm]\nversion_file = \"x.py\"\n",
              Version::plain},
             {"requires = [\"setuptools_scm\"]\n[tool.setuptools_scm]\nlocal_scheme = "
              "\"dirty-tag\"\n",
              Version::tags},
             {"requires = [\"hatch-vcs\"]\n[tool.hatch.version]\nsource = \"vcs\"\n",
              Version::plain},
             {"requires = [\"hatch-vcs\"]\n[tool.hatch.version.raw-options]\nroot = \"..\"\n",
              Version::tags},
             {"requires = [\"setuptools_scm\", \"versioneer\"]\n", Version::tags}})
        EXPECT_EQ(version_asked_for("", text(content)), version) << content;
    EXPECT_EQ(version_asked_for("git describe >v", {}), Version::tags);
    EXPECT_EQ(version_asked_for("git fetch --tags; pip install .",
                                text("requires = [\"setuptools_scm\"]\n")),
              Version::tags);
}

TEST(CompilesForProcessor, Table) {
    EXPECT_TRUE(compiles_for_processor("make CFLAGS=-march=native", {}));
    EXPECT_TRUE(compiles_for_processor("", text("rustflags = [\"-C\", \"target-cpu=native\"]")));
    EXPECT_FALSE(compiles_for_processor("make", text("native = true")));
}

TEST(SetupTool, Table) {
    EXPECT_EQ(setup_tool("poetry install", {}), "Poetry");
    EXPECT_EQ(setup_tool("", text("pdm --quiet sync\n", "init_env.sh")), "PDM");
    EXPECT_EQ(setup_tool("pipenv run x", {}), "");
    EXPECT_EQ(setup_tool("my-poetry install", {}), "");
}

TEST(DistributionsNamed, NormalisesThem) {
    const auto names =
        distributions_named(text("[project]\nname = \"My.Pkg__x\"\nfilename = \"no\"\n'name': "
                                 "'no'\nsetup(name='two', v=1)\nname: three\nname = a b\n"));
    EXPECT_EQ(names, (std::vector<std::string>{"a", "my-pkg-x", "three", "two"}));
}

TEST(DescribeEnvironment, HasALineForEachFact) {
    const Inputs inputs{.project_id = "p-12345678",
                        .project_dir = "a b",
                        .setup = "poetry install",
                        .activate = "source .venv/bin/activate",
                        .outside = {"~/conda"},
                        .hooks = {{"before-environment", {"module load cuda", "source x"}}},
                        .copies = "cafe",
                        .files = {{"100644", "aa", "pyproject.toml"},
                                  {"100755", "bb", "strange\tname \xc3\xa4\".c"}},
                        .texts = text("name = \"x\"\nrequires = [\"setuptools_scm\"]\n")};
    EXPECT_EQ(describe(inputs), "activate: 'source .venv/bin/activate'\n"
                                "before-environment: 'module load cuda' 'source x'\n"
                                "copies: cafe\n"
                                "distributions: x\n"
                                "file: 100644 aa 0\tpyproject.toml\n"
                                "file: 100755 bb 0\t\"strange\\tname \xc3\xa4\\\".c\"\n"
                                "format: 3\n"
                                "outside: '~/conda'\n"
                                "project: p-12345678 'a b'\n"
                                "setup-tool: Poetry\n"
                                "setup: 'poetry install'\n"
                                "version-by: setuptools-scm\n");
    auto without = inputs;
    without.with_version = false;
    EXPECT_EQ(describe(without).find("version-by"), std::string::npos);
}

TEST(Differences, AreInWords) {
    const std::string before =
        "file: 100644 aa 0\tpyproject.toml\nfile: 100644 bb 0\told.txt\nsetup: ./a.sh\n";
    const std::string now =
        "file: 100644 cc 0\tpyproject.toml\nfile: 100644 dd 0\tuv.lock\nsetup: ./b.sh\n";
    EXPECT_EQ(differences(before, now),
              "pyproject.toml changed; setup: ./a.sh -> ./b.sh; uv.lock is new; old.txt is gone");
    EXPECT_EQ(differences(now, now), "");
    std::string many;
    for (const auto* name : {"a", "b", "c", "d", "e", "f", "g"})
        many += std::string("file: 1 x 0\t") + name + "\n";
    EXPECT_EQ(differences("", many), "a is new; b is new; c is new; d is new; e is new; 2 more");
}

} // namespace
} // namespace rdvc::environment
