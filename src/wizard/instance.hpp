// The instance for a project's runs: what the cluster's nodes offer, and what to write if it is not
// defined.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "slurm/nodes.hpp"
#include "wizard/questions.hpp"
#include "wizard/settings_file.hpp"
#include "world/world.hpp"

namespace rdvc::wizard {

/// What the nodes of the configured cluster offer. Nothing, with a warning, if there is no cluster
/// yet or it does not answer.
std::vector<slurm::Offer> cluster_offers(world::World& world, const config::Config& config);

/// All choices: first the defined ones, then those that are offered.
std::vector<std::string> instance_names(const config::Config& config,
                                        const std::vector<slurm::Offer>& offers);

/// If `instance` is not defined, defines it in `file` from its offer; shows it first, and asks with
/// `questions`. Warns if there is no offer, and if the answer is no.
void define_instance(const world::World& world, const config::Config& config,
                     const std::vector<slurm::Offer>& offers, const std::string& instance,
                     const Questions& questions, SettingsFile& file);

/// Warns if the instance that `run.instance` names is not defined, and says what to write.
void warn_of_undefined_instance(const world::World& world, const config::Config& config);

} // namespace rdvc::wizard
