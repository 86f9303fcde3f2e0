// The instance that a project's runs get: what the cluster's nodes offer, and what is written where
// nothing defines it.
#pragma once

#include <string>
#include <vector>

#include "commands/wizard.hpp"
#include "config/config.hpp"
#include "slurm/nodes.hpp"
#include "world/world.hpp"

namespace rdvc::commands {

/// What the nodes of the configured cluster offer. Nothing if there is no cluster yet or it does
/// not answer, which is warned of.
std::vector<slurm::Offer> cluster_offers(world::World& world, const config::Config& config);

/// All that can be chosen: what is defined, then what is offered.
std::vector<std::string> instance_names(const config::Config& config,
                                        const std::vector<slurm::Offer>& offers);

/// Defines `instance` in `file` by its offer, if nothing defines it; shows it before, and asks with
/// `questions`. Warns where there is no offer.
void define_instance(const world::World& world, const config::Config& config,
                     const std::vector<slurm::Offer>& offers, const std::string& instance,
                     const Questions& questions, SettingsFile& file);

/// Warns if `run.instance` names what nothing defines, with what to write.
void warn_of_undefined_instance(const world::World& world, const config::Config& config);

} // namespace rdvc::commands
