// What the commits of experiments name in DVC's files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/pipeline.hpp"
#include "project/commit_trees.hpp"
#include "remote/project.hpp"
#include "world/world.hpp"

namespace rdvc::bring {

using Outputs = std::vector<data::Output>;

/// Reads the outputs of many commits, with a number of git processes that does not depend on
/// theirs, and each file of DVC's once.
class OutputsReader {
  public:
    /// Throws Error (not_ready) that names a file that is not YAML.
    OutputsReader(world::World& world, const remote::Project& project,
                  const std::vector<std::string>& commits);

    /// Outputs of one of the commits that are in DVC's cache and leave a machine; none if the
    /// commit is not here. With `cache: false` Git has them.
    [[nodiscard]] const Outputs& of(const std::string& commit) const;

  private:
    using Files = std::map<std::string, std::string>; // path, hash

    Files dvc_files(const std::string& root);
    [[nodiscard]] std::vector<std::string> paths_of_project(const std::string& root,
                                                            const Files& files) const;
    [[nodiscard]] Outputs outputs_in(const std::string& root, const Files& files);
    const Outputs& outputs_of(const std::string& path, const Files& files);

    world::World& world_;
    const remote::Project& project_;
    const project::CommitTrees trees_;
    std::map<std::vector<std::string>, std::vector<std::string>> paths_; // by shape
    std::map<std::string, Files> files_;                                 // by the commit's tree
    std::map<std::string, std::string> contents_;                        // by hash
    std::map<std::string, Outputs> read_;    // by the file's path and what it says
    std::map<std::string, Outputs> outputs_; // by the commit's tree
};

} // namespace rdvc::bring
