// The laptop's part of the facts that decide an environment: a text of lines `WORD: VALUE`, to
// which the job adds what only the node knows (cluster/job/2-environment/key.sh). The key is a hash
// of the result.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "environment/mentions.hpp"
#include "environment/selection.hpp"

namespace rdvc::environment {

struct Inputs {
    std::string project_id;
    std::string project_dir; ///< the project's folder in the repository
    std::string setup;       ///< the setup command
    std::string activate;
    std::vector<std::string> outside; ///< env.outside
    /// The code of hooks before setup, by point.
    std::map<std::string, std::vector<std::string>> hooks = {};
    std::string copies;       ///< the tree of copied files that Git ignores; "" if there are none
    bool with_version = true; ///< false: env.ignore has `.git`
    std::vector<TrackedFile> files; ///< the files that decide
    std::vector<Text> texts;        ///< the scripts and project files that setup reads
};

/// The lines, sorted.
std::string describe(const Inputs& inputs);

/// Up to five differences between two such texts, in words: "pyproject.toml changed; uv.lock is
/// new". "" if there are none.
std::string differences(const std::string& before, const std::string& now);

} // namespace rdvc::environment
