// The tracked data that a run needs: which objects, where they are, and whether they are as
// recorded.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "data/contents.hpp"
#include "data/needs.hpp"
#include "remote/objects.hpp"
#include "submission/arguments.hpp"

namespace rdvc::send {

/// What one submission needs on the cluster. Movable, because it owns files that it had to make.
struct Inputs {
    std::vector<remote::Object> objects; ///< files and folders, and each file in a folder
    std::string
        list; ///< lines "NAME SIZE" of files and folders themselves: what the cluster looks for
    std::vector<std::string> skipped; ///< lines "NAME PATH": inputs of stages that need not run
    std::vector<std::string>
        kept; ///< lines "HASH PATH" (or `all`): outputs that the job must find, or make
    std::vector<std::string> left_out; ///< outputs with `cache: false` that Git ignores
    bool allow_missing = true;         ///< DVC may be told to
    std::vector<std::string> persist;  ///< paths of outputs that a stage finds again
    std::vector<std::string> metrics;  ///< paths of metrics
    std::vector<std::string> plots;    ///< paths of plots
    std::vector<std::string> shared;   ///< stages that may run and are the same in all tasks
    std::vector<std::shared_ptr<base::TemporaryFolder>>
        made; ///< folders' objects that no cache had
};

/// What must be known about a project to find them.
struct InputQuestion {
    const remote::Project& project;
    const submission::RunArguments& arguments;
    std::string commit;                   ///< whose files the job will have
    std::string baseline;                 ///< HEAD
    std::vector<std::string> dvc_files;   ///< paths from the root
    bool over_ssh = false;                ///< objects travel with rdvc
    std::vector<std::string> hidden = {}; ///< files that may be other ones here than in the job
};

/// Throws Error (not_ready): for inputs that were edited since DVC recorded them, by name; for an
/// object that the run certainly needs and that exists nowhere. Asks the cluster only about objects
/// that are not here.
Inputs find_inputs(world::World& world, remote::Cluster& cluster, const InputQuestion& question);

} // namespace rdvc::send
