// Names that a new project can have.
#pragma once

#include <string>
#include <string_view>

namespace rdvc::templates {

/// What is wrong with `name` as the name of a project of this kind (python, cpp; "" for somebody's
/// own template), or "".
std::string objection_to(std::string_view name, std::string_view kind);

/// The name as an identifier, for a Python package or a C++ namespace: `my-project` is my_project.
std::string identifier(std::string_view name);

} // namespace rdvc::templates
