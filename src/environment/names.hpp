// What a tracked file's name says about its role in setting up an environment. Pure tables.
#pragma once

#include <string_view>

namespace rdvc::environment {

/// The last component of `path`.
std::string_view base_name(std::string_view path);

/// True for a file that determines what is installed or how something is built (`pyproject.toml`,
/// `requirements-dev.txt`, `CMakeLists.txt`). `base` is the last component of its path.
bool is_project_file(std::string_view base);

/// True for a file that setup may compile. `base` is the last component of its path.
bool is_compiled(std::string_view base);

/// True for a lock file: it decides, but names no other files that setup reads.
bool is_lock_file(std::string_view base);

/// True if the file may name other files: false for data, archives and pictures.
bool is_readable(std::string_view base);

/// True for documentation and licences: setup copies them at most.
bool is_notes(std::string_view path);

} // namespace rdvc::environment
