// What decides the environment of a submission, as far as the laptop knows it.
#pragma once

#include <string>

#include "base/process.hpp"
#include "project/conversions.hpp"
#include "project/git.hpp"
#include "submission/compose.hpp"

namespace rdvc::send {

/// The text that the job makes the environment's key from (environment::describe). `conversions`:
/// files that the job has with other bytes than Git. Throws Error (usage) if env.inputs or
/// env.ignore has something that is no pattern of files.
std::string describe_environment(base::Runner& runner, const project::Repository& repository,
                                 const submission::Submission& submission,
                                 const project::Conversions& conversions);

} // namespace rdvc::send
