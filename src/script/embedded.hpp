// The bash files of `cluster/`, as they were when the program was built.
#pragma once

#include <string>
#include <string_view>

namespace rdvc::script {

/// The text of `cluster/<name>`, e.g. "job/7-main.sh". The name must exist.
std::string_view embedded(std::string_view name);

/// All files of `cluster/<folder>/`, in the order of their names, one after the other.
std::string embedded_folder(std::string_view folder);

} // namespace rdvc::script
