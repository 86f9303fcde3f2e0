// Templates are in Copier's format, https://copier.readthedocs.io. This renders the small part of
// it that rdvc's own templates use, without Copier: files that end in `.jinja`, in which and in all
// paths `{{ name }}` stands for a variable, and lines
//   {% if name == "value" %}   {% else %}   {% endif %}
// that select other lines (as with Jinja's trim_blocks and lstrip_blocks).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "templates/files.hpp"

namespace rdvc::templates {

using Variables = std::map<std::string, std::string>;

/// The rendered text. Throws Error (not_ready) with the line for an unknown variable, and for
/// Jinja that is not part of the above.
std::string render(std::string_view text, const Variables& variables);

/// All files rendered, without Copier's own settings (`copier.yml`). Throws Error (not_ready), also
/// for a path that would lie outside of the project or in a `.git`.
Files render(const Files& files, const Variables& variables);

} // namespace rdvc::templates
