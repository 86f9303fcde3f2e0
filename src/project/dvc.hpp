// Facts about the user's DVC project, read from its files; DVC itself is not started.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdvc::project {

/// The nearest folder with `.dvc`, from `folder` up to `top`; nothing if there is none.
std::optional<std::filesystem::path> find_dvc_project(const std::filesystem::path& folder,
                                                      const std::filesystem::path& top);

/// Names (`core.remote`, `remote.storage.url`) and values of a DVC configuration file, as written.
std::vector<std::pair<std::string, std::string>> read_config(const std::filesystem::path& file);

/// The same of such a file's text.
std::vector<std::pair<std::string, std::string>> parse_config(const std::string& content);

/// A value as DVC reads it, without quotes or a trailing comment.
std::string unquoted_value(const std::string& written);

/// True if the project's DVC configuration (`config`, `config.local`) names a default remote.
bool has_dvc_remote(const std::filesystem::path& dvc_project);

/// True if only `config.local` names one: that file is not in Git, so a job does not have it.
bool has_only_local_dvc_remote(const std::filesystem::path& dvc_project);

/// The names (`core.remote`, `remote.storage.password`) that `config.local` sets and a job does not
/// have. Values are not kept.
std::vector<std::string> local_settings(const std::filesystem::path& dvc_project);

/// True if DVC composes parameters with Hydra here (`hydra.enabled`).
bool uses_hydra(const std::filesystem::path& dvc_project);

/// The files that `dvc init` makes: paths from the project's folder, and contents.
std::vector<std::pair<std::string, std::string>> initial_dvc_files();

/// True for DVC's own files in the repository: `*.dvc`, dvc.yaml, dvc.lock.
bool is_dvc_file(std::string_view path);

/// The setup command of a project that does not name one: the first of `./init_python_venv.sh` and
/// `./init_env.sh` that exists, or "".
std::string default_setup(const std::filesystem::path& dvc_project);

} // namespace rdvc::project
