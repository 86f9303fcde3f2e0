// The files of a template, and of the project that is made from it, as values; and rdvc's own
// templates, which are part of the program.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::templates {

struct File {
    std::string path; ///< from the template's or project's folder, with `/`
    std::string content;

    /// True for a script: it is written as executable.
    [[nodiscard]] bool is_program() const { return content.starts_with("#!"); }
};

using Files = std::vector<File>;

/// One of rdvc's own templates: what `rdvc new --template` can be.
struct Kind {
    std::string_view name;
    std::string_view summary;
};
const std::vector<Kind>& kinds();

/// The files of the kind `name`. Throws Error (usage) for an unknown one.
Files built_in(std::string_view name);

/// The template in `folder`, without a `.git` of its own. Throws Error (not_ready) for what a
/// template must not have: links, special files, another repository, a file above ten megabytes.
Files read_folder(const std::filesystem::path& folder);

/// Writes the files below `folder`, which is made if missing; replaces none. Throws Error.
void write_files(const std::filesystem::path& folder, const Files& files);

/// True if Copier has to be called, because the files have its settings (`copier.yml`).
bool is_for_copier(const Files& files);

} // namespace rdvc::templates
