// The facts that decide a submission's environment, as far as the laptop knows them.
#pragma once

#include <string>

#include "base/process.hpp"
#include "project/conversions.hpp"
#include "project/git.hpp"
#include "submission/compose.hpp"

namespace rdvc::send {

/// The text from which the job makes the environment's key (environment::describe). `conversions`:
/// files whose bytes in the job differ from those in Git. Throws Error (usage) if env.inputs or
/// env.ignore has an entry that is not a pattern of files.
std::string describe_environment(base::Runner& runner, const project::Repository& repository,
                                 const submission::Submission& submission,
                                 const project::Conversions& conversions);

} // namespace rdvc::send
