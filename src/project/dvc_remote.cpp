#include "project/dvc_remote.hpp"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "project/dvc.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view remote_section = "remote.";

// As DVC does, which ignores the case of names.
std::map<std::string, std::string> by_name(const DvcSettings& settings) {
    std::map<std::string, std::string> values;
    for (const auto& [name, written] : settings)
        values[base::lower(name)] = unquoted_value(written);
    return values;
}

std::string value_of(const std::map<std::string, std::string>& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? "" : found->second;
}

// The URL of `remote`; `remote://OTHER/path` is a path in another remote.
std::string url_of(const std::map<std::string, std::string>& values, const std::string& remote) {
    constexpr std::string_view other = "remote://";
    auto url = value_of(values, "remote." + base::lower(remote) + ".url");
    for (int depth = 0; depth < 10 && url.starts_with(other); ++depth) {
        const auto rest = url.substr(other.size());
        url = value_of(values, "remote." + base::lower(rest.substr(0, rest.find('/'))) + ".url");
    }
    return url;
}

} // namespace

std::optional<std::string> default_remote_url(const DvcSettings& settings) {
    const auto values = by_name(settings);
    const auto remote = value_of(values, "core.remote");
    return remote.empty() ? std::nullopt : std::optional(url_of(values, remote));
}

bool is_path(const std::string& url) {
    return !url.empty() && (url.find("://") == std::string::npos || url.starts_with("file://"));
}

std::vector<std::string> settings_that_run(const DvcSettings& settings) {
    const auto values = by_name(settings);
    std::vector<std::string> found;
    for (const auto& [name, value] : values) {
        const bool is_of_aws = name.starts_with(remote_section) &&
                               (name.ends_with(".configpath") || name.ends_with(".credentialpath"));
        if (is_of_aws) {
            const auto end = name.rfind('.');
            const auto remote = name.substr(remote_section.size(), end - remote_section.size());
            const auto url = url_of(values, remote);
            if (url.starts_with("gs://") || url.starts_with("azure://"))
                continue; // these run nothing
        }
        if (is_of_aws || name == "core.site_cache_dir" || name == "state.dir" ||
            name == "index.dir")
            found.push_back(name);
    }
    return found;
}

std::vector<std::string> foreign_settings_that_run(const fs::path& dvc_project,
                                                   const std::string& text) {
    const auto own = by_name(read_config(dvc_project / ".dvc" / "config.local"));
    auto names = settings_that_run(parse_config(text));
    std::erase_if(names, [&](const std::string& name) { return own.contains(name); });
    return names;
}

namespace {

std::string content_in(base::Runner& runner, const Repository& repository,
                       const std::string& commit, const std::string& path) {
    const auto files = read_files(runner, repository, commit, {path});
    return files.empty() ? "" : files.begin()->second;
}

// DVC would clone what an import names, and obey the configuration that it finds there. Returns a
// file that could be an import and is not in HEAD.
std::string new_import(base::Runner& runner, const Repository& repository,
                       const std::string& commit) {
    // ":MODE MODE OBJECT OBJECT LETTER", path
    const auto words =
        base::split(ask_git(runner, repository,
                            {"diff-tree", "-r", "-z", "--no-renames", "--diff-filter=d", "HEAD",
                             commit, "--", ":(top,glob)**/*.dvc"}),
                    '\0');
    std::vector<std::string> changed;
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
        if (words[i].find(" 100") == std::string::npos ||
            words[i + 1].find('\n') != std::string::npos)
            return words[i + 1]; // a link, or a name that cannot be requested
        changed.push_back(words[i + 1]);
    }
    for (const auto& [path, text] : read_files(runner, repository, commit, changed))
        if (text.find("deps") != std::string::npos || text.find('\\') != std::string::npos)
            return path;
    return "";
}

} // namespace

std::string objection_to_dvc(base::Runner& runner, const Repository& repository,
                             const fs::path& dvc_project, const std::string& commit) {
    const auto file = dvc_project / ".dvc" / "config";
    const auto path = file.lexically_relative(repository.top).generic_string();
    const auto text = content_in(runner, repository, commit, path);
    if (text != base::read_file(file).value_or("") &&
        text != content_in(runner, repository, "HEAD", path))
        return "its .dvc/config differs from yours";
    for (const auto& name : foreign_settings_that_run(dvc_project, text))
        return fmt::format("{} in .dvc/config can run a program; if you trust it, set it yourself "
                           "with `dvc config --local`",
                           base::printable(name));
    const auto import = new_import(runner, repository, commit);
    return import.empty()
               ? ""
               : base::printable(import) + " imports something that your commit does not";
}

} // namespace rdvc::project
