// What `dvc exp run` would refuse immediately, so that nobody waits for a job to say so. Only
// certain cases; doubtful ones are left to DVC.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/needs.hpp"

namespace rdvc::data {

/// Throws Error (not_ready) for a target that is no stage, file or output. `exists` is asked about
/// a path from the repository's root.
void refuse_unknown_targets(const Pipeline& pipeline, const Scope& scope,
                            const std::function<bool(const std::string& path)>& exists);

/// Throws Error (not_ready) for a `-S` whose key is in no parameter file. `project` is the DVC
/// project's folder, from the repository's root.
void refuse_unknown_keys(const Scope& scope, const Files& files, const std::string& project);

/// What Hydra composes parameters from: folders and files, from its `config_dir`, with their text.
struct HydraConfig {
    std::vector<std::pair<std::string, std::string>> files; ///< path -> text
};

/// The same for a group without that option (`-S model=unknown`), and for a key that occurs
/// nowhere.
void refuse_unknown_options(const Scope& scope, const HydraConfig& config);

} // namespace rdvc::data
