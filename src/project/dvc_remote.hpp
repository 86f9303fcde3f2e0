// DVC's remotes: where the default one is, and whether DVC may be started for an experiment's data.
// DVC reads the configuration of the commit whose data it brings, and some settings name programs.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "project/git.hpp"

namespace rdvc::project {

/// Names and values of a file of DVC's configuration, as read_config gives them.
using DvcSettings = std::vector<std::pair<std::string, std::string>>;

/// The URL of the default remote in `settings`, with `remote://NAME/..` resolved; nothing if there
/// is none.
std::optional<std::string> default_remote_url(const DvcSettings& settings);

/// True if the URL is a path: `../store`, `/data/store`, `file:///data/store`.
bool is_path(const std::string& url);

/// Which of `settings` make DVC run a program, or load what could be one, that the user did not
/// choose: the AWS configuration of an S3 remote (`credential_process`), places of DVC's databases.
std::vector<std::string> settings_that_run(const DvcSettings& settings);

/// Such settings in `.dvc/config`'s text that the user's own config.local does not repeat.
std::vector<std::string> foreign_settings_that_run(const std::filesystem::path& dvc_project,
                                                   const std::string& text);

/// Why DVC is not started for the data of each of these commits; "" if it may be: the commit's
/// `.dvc/config` is that of HEAD or of the work tree, the user's own configuration repeats what
/// could run a program, and it imports nothing that HEAD does not.
std::map<std::string, std::string> objections_to_dvc(base::Runner& runner,
                                                     const Repository& repository,
                                                     const std::filesystem::path& dvc_project,
                                                     const std::vector<std::string>& commits);

} // namespace rdvc::project
