#include "send/job_files.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "data/overrides.hpp"
#include "data/paths.hpp"
#include "data/refusals.hpp"
#include "data/templates.hpp"
#include "project/dvc.hpp"
#include "submission/tasks.hpp"

namespace rdvc::send {

namespace fs = std::filesystem;

data::Scope scope_of(const InputQuestion& question) {
    const auto& arguments = question.arguments;
    const auto is_given = [&](const std::string& option) {
        return std::find(arguments.dvc.begin(), arguments.dvc.end(), option) != arguments.dvc.end();
    };
    return {.here = question.project.repository.prefix.generic_string(),
            .targets = arguments.targets,
            .overrides = submission::settings_of(arguments),
            .force = arguments.force,
            .single_item = arguments.single_item,
            .pipeline = arguments.pipeline,
            .all_pipelines = arguments.all_pipelines,
            .downstream = arguments.downstream,
            .recursive = arguments.recursive,
            .hydra = project::uses_hydra(question.project.dvc_project) && !is_given("--no-hydra"),
            .by_remote = !question.over_ssh};
}

data::Pipeline JobFiles::pipeline(const data::Scope& scope) {
    return data::read_pipeline(
        read_dvc_files(), {.text = [this](const std::string& path) { return text(path); },
                           .may_change =
                               [&](const std::string& file, const std::string& key) {
                                   return (scope.hydra && data::base_name(file) == "params.yaml") ||
                                          data::may_set(scope.overrides, file, key);
                               }});
}

// The work tree's files are the snapshot's, and quicker to read than git's.
std::map<std::string, std::string> JobFiles::read_dvc_files() {
    std::map<std::string, std::string> files;
    std::vector<std::string> others;
    for (const auto& path : question_.dvc_files) {
        auto text = question_.arguments.only_committed ? std::nullopt
                                                       : base::read_file(repository_.top / path);
        if (text)
            files[path] = std::move(*text);
        else
            others.push_back(path);
    }
    files.merge(project::read_files(world_.runner, repository_, question_.commit, others));
    return files;
}

std::optional<std::string> JobFiles::text(const std::string& path) {
    if (!texts_.contains(path)) {
        const auto found =
            project::read_files(world_.runner, repository_, question_.commit, {path});
        texts_[path] = found.empty() ? std::nullopt : std::optional(found.begin()->second);
    }
    return texts_[path];
}

namespace {

// Nothing if there are too many files, or if the configuration is a Python module.
data::HydraConfig hydra_config(const fs::path& project) {
    constexpr std::size_t most = 1000;
    fs::path folder = project / "conf";
    for (const auto* name : {"config", "config.local"})
        for (const auto& [key, value] : project::read_config(project / ".dvc" / name))
            if (key == "hydra.config_module")
                return {};
            else if (key == "hydra.config_dir")
                folder = project / value;
    data::HydraConfig config;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        if (config.files.size() == most)
            return {};
        if (at->is_regular_file(error))
            config.files.emplace_back(at->path().lexically_relative(folder).generic_string(),
                                      base::read_file(at->path()).value_or(""));
    }
    return error ? data::HydraConfig() : config;
}

} // namespace

void JobFiles::refuse_at_once(const data::Pipeline& pipeline, const data::Scope& scope) {
    if (question_.arguments.only_committed) // the work tree then says less
        return;
    data::refuse_unknown_targets(pipeline, scope, [&](const std::string& path) {
        return fs::exists(repository_.top / path);
    });
    if (scope.overrides.empty())
        return;
    const auto& project = question_.project.dvc_project;
    const auto below = project.lexically_relative(repository_.top).generic_string();
    data::refuse_unknown_keys(scope,
                              {.hash = {},
                               .text = [&](const std::string& path) { return text(path); },
                               .part = {},
                               .in_commit = {}},
                              below == "." ? "" : below);
    if (scope.hydra)
        data::refuse_unknown_options(scope, hydra_config(project));
}

std::vector<std::string> JobFiles::left_out(const data::Pipeline& pipeline) {
    std::string paths;
    for (const auto& stage : pipeline.stages)
        for (const auto& output : stage.outs)
            if (!output.cached && !output.path.empty() && !data::has_template(output.path))
                paths += output.path + '\0';
    if (paths.empty())
        return {};
    auto ignored = project::ignored_by_git(world_.runner, repository_, paths);
    for (const auto& path : ignored)
        world_.console.warn(fmt::format("no experiment will contain `{}`: dvc.yaml says `cache: "
                                        "false`, and Git ignores it (`git "
                                        "check-ignore -v {}`)",
                                        path, base::quote(path)));
    return ignored;
}

} // namespace rdvc::send
