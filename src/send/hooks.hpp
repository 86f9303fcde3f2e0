// Finds a project's hooks, and its own functions for the job, in the code that is submitted.
#pragma once

#include "project/git.hpp"
#include "remote/project.hpp"
#include "submission/compose.hpp"

namespace rdvc::send {

/// Sets `hooks` and `library` of the facts, whose commit and snapshot are known. Warns of files in
/// the work tree that are not submitted. Throws Error (configuration) for a file that is no hook.
void add_hooks(world::World& world, const remote::Project& project,
               const project::IndexFacts& index, const submission::RunArguments& arguments,
               submission::Facts& facts);

} // namespace rdvc::send
