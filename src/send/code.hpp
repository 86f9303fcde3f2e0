// How the project's code reaches the job: as it stands here, or as origin has it.
#pragma once

#include "project/git.hpp"
#include "remote/project.hpp"
#include "send/plan.hpp"
#include "submission/arguments.hpp"

namespace rdvc::send {

/// With `code = "origin"` nothing travels, and the job sees only what origin has. Throws Error
/// (not_ready, usage) if that is not the code as it stands here.
void refuse_what_origin_lacks(world::World& world, const remote::Project& project,
                              const project::Head& head, const submission::RunArguments& arguments);

/// With `code = "origin"` the job's files have the bytes that Git has. Throws Error (not_ready) if
/// a filter keeps other bytes in Git than those here.
void refuse_converted(world::World& world, const remote::Project& project,
                      const std::string& commit);

/// Adds to the plan what the work tree adds to HEAD, and what travels although Git does not track
/// it. Throws Error: not_ready, usage.
void add_code(world::World& world, const remote::Project& project, const project::Head& head,
              const project::IndexFacts& index, const submission::RunArguments& arguments,
              Plan& plan);

} // namespace rdvc::send
