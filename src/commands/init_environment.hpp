// What `rdvc init project` proposes for a project's environment, and what it says of its data.
#pragma once

#include <optional>
#include <string>

#include "commands/wizard.hpp"
#include "project/setups.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"

namespace rdvc::commands {

struct EnvironmentAnswers {
    std::string setup;
    std::string activate;
};

/// Fills what `--setup` and `--activate` have not given: by the configuration, else by the files of
/// the project. Says what the choice costs. Throws Error (usage) for a script that is not there.
void answer_environment(const world::World& world, const remote::Project& project,
                        const Questions& questions, EnvironmentAnswers& answers);

/// Writes what is not the default.
void write_environment(const config::Config& config, const EnvironmentAnswers& answers,
                       SettingsFile& file);

/// Warns of recorded outputs that the project's DVC remote does not have, as DVC tells; says so if
/// it does not tell within half a minute. Nothing without a remote.
void warn_of_missing_data(const world::World& world, const remote::Project& project);

} // namespace rdvc::commands
