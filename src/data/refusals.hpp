// What `dvc exp run` would refuse at once, so that nobody waits for a job that says so. Only what
// is certain: in doubt it is left to DVC.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/needs.hpp"

namespace rdvc::data {

/// Throws Error (not_ready) for a target that no stage, file or output has. `exists` tells of a
/// path from the repository's root.
void refuse_unknown_targets(const Pipeline& pipeline, const Scope& scope,
                            const std::function<bool(const std::string& path)>& exists);

/// Throws Error (not_ready) for a `-S` whose key is in no file of parameters. `project` is the DVC
/// project's folder, from the repository's root.
void refuse_unknown_keys(const Scope& scope, const Files& files, const std::string& project);

/// What Hydra composes parameters from: folders and files, from its `config_dir`, with their text.
struct HydraConfig {
    std::vector<std::pair<std::string, std::string>> files; ///< path -> text
};

/// The same for a group that has no such option (`-S model=unknown`), and a key that stands
/// nowhere.
void refuse_unknown_options(const Scope& scope, const HydraConfig& config);

} // namespace rdvc::data
