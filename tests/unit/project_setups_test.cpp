#include "project/setups.hpp"

#include <map>

#include <gtest/gtest.h>

namespace rdvc::project {
namespace {

using Files = std::map<std::string, std::string>;

ReadFile reader(const Files& files) {
    return [files](const std::string& name) -> std::optional<std::string> {
        const auto found = files.find(name);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    };
}

std::optional<Setup> proposal(const Files& files) {
    std::vector<std::string> names;
    for (const auto& [name, text] : files)
        names.push_back(name);
    return propose_setup(names, reader(files));
}

TEST(Setups, KnowsTheUsualFiles) {
    const std::string package = "[project]\nname = 'p'\ndependencies = ['dvc']\n";
    struct Case {
        Files files;
        std::string setup;
        std::string activate;
    };
    const std::string venv = "source .venv/bin/activate";
    const std::vector<Case> cases = {
        {{{"uv.lock", "name = \"dvc\""}, {"pyproject.toml", package}, {"requirements.txt", ""}},
         "UV_COMPILE_BYTECODE=1 uv sync --frozen",
         venv},
        {{{"poetry.lock", "dvc"}, {"pyproject.toml", package}},
         "POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install --compile",
         venv},
        {{{"pdm.lock", "dvc"}, {"pyproject.toml", package}},
         "PDM_VENV_IN_PROJECT=1 pdm sync",
         venv},
        {{{"requirements.txt", "dvc"}},
         "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
         venv},
        {{{"requirements.txt", "dvc"}, {"pyproject.toml", package}},
         "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt -e .",
         venv},
        {{{"requirements.txt", "dvc"}, {"pyproject.toml", "[tool.ruff]\n"}},
         "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
         venv},
        {{{"pyproject.toml", package}},
         "python3 -m venv .venv && .venv/bin/pip install -e .",
         venv},
        {{{"pixi.lock", "dvc"}, {"pixi.toml", ""}},
         "pixi install --frozen",
         "eval \"$(pixi shell-hook --frozen)\""},
        {{{"init_gpu.sh", ""}, {"uv.lock", ""}}, "./init_gpu.sh", venv},
        {{{"init_a.sh", ""}, {"init_env.sh", ""}}, "./init_env.sh", venv},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.setup);
        const auto found = proposal(c.files);
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(found->setup, c.setup);
        EXPECT_EQ(found->activate, c.activate);
    }
    EXPECT_FALSE(proposal({{"train.py", ""}, {"pyproject.toml", "[tool.ruff]\n"}}).has_value());
}

TEST(Setups, SaysWhereDvcIsMissing) {
    EXPECT_TRUE(proposal({{"uv.lock", "name = \"dvc\""}})->notes.empty());
    EXPECT_EQ(proposal({{"uv.lock", "name = \"numpy\""}})->notes,
              (std::vector<std::string>{"jobs need `dvc` in the environment, and uv.lock does not "
                                        "name it: uv add dvc"}));
    EXPECT_TRUE(proposal({{"requirements.txt", "numpy"},
                          {"pyproject.toml", "[project]\ndependencies = ['dvc']\n"}})
                    ->notes.empty());
}

TEST(Setups, SaysWhatCosts) {
    EXPECT_TRUE(
        costs_of_setup("./init_env.sh", reader({{"init_env.sh", "pip install -e ."}})).empty());
    const auto costs = costs_of_setup(
        "./init_env.sh -q",
        reader({{"init_env.sh", "pip install -e . --config-settings editable_mode=strict"},
                {"pyproject.toml", "requires = ['setuptools', 'setuptools_scm']"}}));
    ASSERT_EQ(costs.size(), 2U);
    EXPECT_NE(costs[0].find("strict"), std::string::npos);
    EXPECT_NE(costs[1].find("env.ignore"), std::string::npos);
}

} // namespace
} // namespace rdvc::project
