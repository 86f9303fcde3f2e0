// The laptop's part of what decides an environment, as a text of lines `WORD: VALUE` that the job
// completes by what only the node knows (cluster/job/2-environment/key.sh). The key is a hash of
// both.
#pragma once

#include <string>
#include <vector>

#include "environment/mentions.hpp"
#include "environment/selection.hpp"

namespace rdvc::environment {

struct Inputs {
    std::string project_id;
    std::string project_dir; ///< of the project within the repository
    std::string setup;       ///< the setup command
    std::string activate;
    std::vector<std::string> outside; ///< env.outside
    std::string copies;               ///< the tree of copied files that Git ignores; "" for none
    bool with_version = true;         ///< false: env.ignore has `.git`
    std::vector<TrackedFile> files;   ///< that decide
    std::vector<Text> texts;          ///< what is read in them
};

/// The lines, sorted.
std::string describe(const Inputs& inputs);

/// Up to five differences between two such texts, in words: "pyproject.toml changed; uv.lock is
/// new". "" if there are none.
std::string differences(const std::string& before, const std::string& now);

} // namespace rdvc::environment
