// Names of experiments. They become the last part of a Git ref.
#pragma once

#include <string>

namespace rdvc::submission {

/// A unique name: `exp-` and 48 bits of the token. DVC's own random names are unique only within
/// one clone, and every job has a clone of its own.
std::string name_from_token(const std::string& token);

/// Throws Error (usage) if git would not accept `name` as one part of a ref
/// (git-check-ref-format(1)).
void check_name(const std::string& name);

/// `refs/exps/<2 hex>/<rest>/NAME`: where DVC keeps the experiment `name` on the commit `baseline`.
std::string experiment_ref(const std::string& baseline, const std::string& name);

/// True for such a ref; a cluster's answer may have anything.
bool is_experiment_ref(const std::string& ref);

} // namespace rdvc::submission
