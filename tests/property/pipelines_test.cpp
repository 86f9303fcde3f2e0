// The reader of dvc.yaml against DVC's own, by way of its Python API.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "data/pipeline.hpp"
#include "support/folder.hpp"

namespace rdvc::data {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// What DVC reads in each pipeline; it writes them below `root`.
std::vector<json> read_by_dvc(const fs::path& root) {
    const std::string program =
        R"sh(python=$(head -n 1 "$(command -v dvc)") && exec "${python#??}" "$@")sh";
    const auto script = fs::path(RDVC_SOURCE_FOLDER) / "tests" / "property" / "pipelines.py";
    base::ProcessRunner runner;
    const auto said = runner.run(
        {.argv = {"bash", "-c", program, "bash", script.string(), root.string(), "150"}});
    EXPECT_EQ(said.status, 0) << said.err;
    std::vector<json> all;
    for (const auto& line : base::lines(said.out))
        all.push_back(json::parse(line));
    return all;
}

Pipeline read_by_rdvc(const fs::path& root, const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const auto* name : {"dvc.yaml", "dvc.lock"})
        if (const auto text = base::read_file(root / folder / name))
            files[folder + "/" + name] = *text;
    return read_pipeline(
        files, {.text = [&](const std::string& path) { return base::read_file(root / path); },
                .may_change = {}});
}

// In DVC's terms, without what is not in the repository.
json described(const Stage& stage) {
    json outs = json::array();
    for (const auto& output : stage.outs)
        outs.push_back({output.path, output.cached, output.pushed, output.persist,
                        output.metric || output.plot});
    auto deps = stage.deps;
    std::sort(deps.begin(), deps.end());
    std::sort(outs.begin(), outs.end());
    return {{"name", stage.name},     {"folder", stage.folder},
            {"frozen", stage.frozen}, {"has_params", stage.has_params},
            {"deps", deps},           {"outs", outs}};
}

json without(json stage, const std::string& key) {
    stage.erase(key);
    return stage;
}

// A stage with unresolved templates has fewer values than DVC's, but no other ones.
bool is_template_of(const Stage& stage, const std::string& name) {
    return stage.name == name || (stage.is_group && name.starts_with(stage.name + "@"));
}

TEST(Pipelines, AreReadAsDvcReadsThem) {
    const tests::Folder root;
    int told = 0;
    int all = 0;
    for (const auto& by_dvc : read_by_dvc(root.path())) {
        const auto folder = by_dvc["folder"].get<std::string>();
        const auto text = base::read_file(root.path() / folder / "dvc.yaml").value_or("");
        Pipeline pipeline;
        try {
            pipeline = read_by_rdvc(root.path(), folder);
        } catch (const base::Error& error) {
            EXPECT_TRUE(by_dvc["stages"].is_null()) << error.what() << "\n" << text;
            continue;
        }
        if (by_dvc["stages"].is_null())
            continue;
        for (const auto& expected : by_dvc["stages"]) {
            ++all;
            const auto name = expected["name"].get<std::string>();
            const auto stage =
                std::find_if(pipeline.stages.begin(), pipeline.stages.end(),
                             [&](const Stage& one) { return is_template_of(one, name); });
            ASSERT_NE(stage, pipeline.stages.end()) << name << "\n" << text;
            if (!stage->is_told)
                continue;
            ++told;
            EXPECT_EQ(described(*stage).dump(2), without(expected, "cmd_changed").dump(2)) << text;
            EXPECT_EQ(stage->has_run && !stage->same_command, expected["cmd_changed"].get<bool>())
                << text;
        }
        EXPECT_LE(pipeline.stages.size(), by_dvc["stages"].size()) << text;
    }
    EXPECT_GT(all, 300);
    EXPECT_GT(told, all * 9 / 10) << "of " << all;
}

} // namespace
} // namespace rdvc::data
