// What `rdvc init project` suggests for a project's environment, and says about its data.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "project/setups.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "wizard/questions.hpp"
#include "wizard/settings_file.hpp"

namespace rdvc::wizard {

struct EnvironmentAnswers {
    std::string setup;
    std::string activate;
    bool script = false; ///< the setup command goes into ./init_env.sh
    bool dvc = false;    ///< a repository without DVC gets it
};

/// Fills what `--setup` and `--activate` have not set: from the configuration, else based on the
/// project's files. Says what the choice costs. Throws Error (usage) for a missing script.
void answer_environment(const world::World& world, const remote::Project& project,
                        const Questions& questions, EnvironmentAnswers& answers);

/// Writes files that the project lacks, if the user wants them: what `dvc init` makes, and
/// ./init_env.sh with the setup command, which then is that script. Gives their paths. Throws Error
/// (not_ready) if the script exists.
std::vector<std::filesystem::path> write_missing(const remote::Project& project,
                                                 const Questions& questions,
                                                 EnvironmentAnswers& answers);

/// Writes what is not the default.
void write_environment(const config::Config& config, const EnvironmentAnswers& answers,
                       SettingsFile& file);

/// Warns about recorded outputs that the project's DVC remote lacks, according to DVC; says so if
/// DVC does not answer within half a minute. Nothing without a remote.
void warn_of_missing_data(const world::World& world, const remote::Project& project);

} // namespace rdvc::wizard
