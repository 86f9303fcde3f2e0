#include "wizard/environment.hpp"

#include <chrono>
#include <optional>
#include <vector>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "data/cache.hpp"
#include "project/dvc.hpp"
#include "project/dvc_remote.hpp"
#include "project/failure.hpp"

namespace rdvc::wizard {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

void answer_environment(const world::World& world, const remote::Project& project,
                        const Questions& questions, EnvironmentAnswers& answers) {
    const auto& config = project.config;
    const auto read = project::reader_of(project.dvc_project);
    const auto proposal = project::propose_setup(project.dvc_project);
    const auto configured = config.text("env.setup");
    const bool proposes = configured.empty() && proposal;
    questions.answer(
        "--setup",
        "Setup command" + (proposes ? fmt::format(", by {} (-: none)", proposal->file) : ""),
        answers.setup, proposes ? proposal->setup : configured, [&](const std::string& value) {
            const auto script = project::missing_script(value, project.dvc_project);
            return script ? fmt::format("`{}` does not exist in the project", *script) : "";
        });
    const bool taken = proposal && answers.setup == proposal->setup;
    const bool by_proposal = taken && config.origin("env.activate") == "default";
    if (answers.setup.empty() && !questions.given("--activate"))
        answers.activate = config.text("env.activate");
    else
        questions.answer("--activate", "Activation", answers.activate,
                         by_proposal ? proposal->activate : config.text("env.activate"),
                         [](const std::string&) { return std::string(); });
    if (answers.setup.empty() && project.has_dvc)
        world.console.note("note: without a setup command, jobs use the `dvc` that is on PATH on "
                           "the cluster; a requirements.txt with dvc is enough to have one");
    for (const auto& note : taken ? proposal->notes : std::vector<std::string>{})
        world.console.note("note: " + note);
    for (const auto& cost : project::costs_of_setup(answers.setup, read))
        world.console.note("note: " + cost);
}

namespace {

// True if ./init_env.sh is to be written. Throws Error (not_ready) if it cannot be.
bool wants_script(const fs::path& script, const Questions& questions,
                  const EnvironmentAnswers& answers) {
    const bool is_command = !answers.setup.empty() && !answers.setup.starts_with("./");
    const bool exists = fs::exists(fs::symlink_status(script));
    if (answers.script && (!is_command || exists))
        throw Error(Exit::not_ready,
                    exists ? "`init_env.sh` exists already" : "there is no setup command to write");
    return answers.script || (is_command && !exists &&
                              questions.agrees_to_more("Keep the setup command in ./init_env.sh"));
}

void write_setup_script(const fs::path& script, const std::string& setup) {
    constexpr auto executable = fs::perms(0755);
    base::write_file(script, "#!/usr/bin/env bash\n"
                             "# Makes the project's environment: on a laptop, and by rdvc on the "
                             "cluster.\n"
                             "set -euo pipefail\n"
                             "cd \"$(dirname \"${BASH_SOURCE[0]}\")\"\n\n" +
                                 setup + "\n");
    fs::permissions(script, executable);
}

void write_dvc_files(const fs::path& folder) {
    for (const auto& [path, content] : project::initial_dvc_files())
        if (!fs::exists(fs::symlink_status(folder / path)))
            base::write_file(folder / path, content);
}

} // namespace

std::vector<fs::path> write_missing(const remote::Project& project, const Questions& questions,
                                    EnvironmentAnswers& answers) {
    const auto& folder = project.dvc_project;
    std::vector<fs::path> written;
    if (!project.has_dvc &&
        (answers.dvc || questions.agrees_to_more("Make it a DVC project, as `dvc init` does"))) {
        write_dvc_files(folder);
        written = {folder / ".dvc", folder / ".dvcignore"};
    }
    if (const auto script = folder / "init_env.sh"; wants_script(script, questions, answers)) {
        write_setup_script(script, answers.setup);
        answers.setup = "./init_env.sh";
        written.push_back(script);
    }
    return written;
}

void write_environment(const config::Config& config, const EnvironmentAnswers& answers,
                       SettingsFile& file) {
    if (!answers.setup.empty() && answers.setup != config.text("env.setup"))
        file.set({"env", "setup"}, answers.setup);
    if (answers.activate != config.text("env.activate"))
        file.set({"env", "activate"}, answers.activate);
}

void warn_of_missing_data(const world::World& world, const remote::Project& project) {
    if (!project.has_dvc || !project::has_dvc_remote(project.dvc_project))
        return;
    const auto text = base::read_file(project.dvc_project / ".dvc" / "config").value_or("");
    if (const auto names = project::foreign_settings_that_run(project.dvc_project, text);
        !names.empty()) {
        world.console.warn(fmt::format("rdvc did not ask DVC whether its remote has the data: {} "
                                       "in .dvc/config can run a program",
                                       base::printable(names.front())));
        return;
    }
    constexpr std::chrono::seconds patience(30);
    base::Result result;
    try {
        result = world.runner.run({.argv = {"dvc", "data", "status", "--not-in-remote", "--json"},
                                   .folder = project.dvc_project,
                                   .patience = patience});
    } catch (const base::Error& error) { // it is not installed here
        result = {1, "", error.what()};
    }
    const auto missing = result.status == 0 ? data::parse_not_in_remote(result.out) : std::nullopt;
    if (!missing) {
        const auto reason = project::failure_in(base::lines(result.err));
        world.console.warn(fmt::format("DVC did not say whether its remote has the data{}",
                                       reason.empty() ? "" : ": " + reason));
    } else if (!missing->empty()) {
        world.console.warn(fmt::format("the DVC remote lacks {} that this commit refers to:",
                                       base::count(missing->size(), "output")));
        for (const auto& line : base::lines(base::first_lines(*missing)))
            world.console.note("  " + line);
        world.console.note("  `dvc push` sends what is here; jobs would have to make it again");
    }
}

} // namespace rdvc::wizard
