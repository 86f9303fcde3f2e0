// Which of DVC's files belong to a project: not those of another project below it, nor those that
// .dvcignore names.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "project/git.hpp"

namespace rdvc::project {

/// True if a .dvcignore names anything; the comments that `dvc init` writes name nothing.
bool has_ignore_rules(const std::filesystem::path& dvcignore);

/// Those of `paths` (from the repository's root) that DVC reads for the project in `folder` ("" for
/// the root). `is_project` tells whether a folder has a `.dvc` of its own.
std::vector<std::string>
files_of_project(base::Runner& runner, const Repository& repository, const std::string& folder,
                 std::vector<std::string> paths,
                 const std::function<bool(const std::string& folder)>& is_project);

} // namespace rdvc::project
