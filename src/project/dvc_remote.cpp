#include "project/dvc_remote.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "project/commit_trees.hpp"
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

// What decides whether DVC may be started for a commit.
struct DvcFiles {
    std::string config; // the hash of its .dvc/config; "": it has none
    TreePaths changed;  // its `.dvc` files that HEAD does not have
};

DvcFiles dvc_files_of(const CommitTrees& trees, const std::string& commit,
                      const std::string& config) {
    const auto root = trees.root(commit);
    const auto head = trees.root("HEAD");
    auto files = trees.select(root, [](std::string_view name) { return name.ends_with(".dvc"); });
    std::erase_if(files, [&](const auto& file) {
        return file.second.mode == folder_mode || trees.find(head, file.first) == file.second;
    });
    return {trees.find(root, config).value_or(TreeEntry()).hash, std::move(files)};
}

// DVC would clone what an import names, and obey the configuration that it finds there. Returns a
// file that could be an import and is not in HEAD.
std::string new_import(const TreePaths& changed,
                       const std::map<std::string, std::string>& contents) {
    for (const auto& [path, entry] : changed) {
        const auto text = contents.find(entry.hash);
        if (!entry.mode.starts_with("100") || text == contents.end() || // a link
            text->second.find("deps") != std::string::npos ||
            text->second.find('\\') != std::string::npos)
            return path;
    }
    return "";
}

} // namespace

std::map<std::string, std::string> objections_to_dvc(base::Runner& runner,
                                                     const Repository& repository,
                                                     const fs::path& dvc_project,
                                                     const std::vector<std::string>& commits) {
    const auto file = dvc_project / ".dvc" / "config";
    const auto path = file.lexically_relative(repository.top).generic_string();
    auto all = commits;
    all.emplace_back("HEAD");
    const CommitTrees trees(runner, repository, all);
    std::map<std::string, DvcFiles> asked;
    std::set<std::string> hashes;
    for (const auto& commit : all) {
        const auto& one = asked[commit] = dvc_files_of(trees, commit, path);
        if (!one.config.empty())
            hashes.insert(one.config);
        for (const auto& [name, entry] : one.changed)
            hashes.insert(entry.hash);
    }
    auto contents = read_contents(runner, repository, hashes);
    const auto ours = base::read_file(file).value_or("");
    const auto objection = [&](const DvcFiles& one) -> std::string {
        const auto text = value_of(contents, one.config);
        if (text != ours && text != value_of(contents, asked["HEAD"].config))
            return "its .dvc/config differs from yours";
        for (const auto& name : foreign_settings_that_run(dvc_project, text))
            return fmt::format("{} in .dvc/config can run a program; if you trust it, set it "
                               "yourself with `dvc config --local`",
                               base::printable(name));
        const auto import = new_import(one.changed, contents);
        return import.empty()
                   ? ""
                   : base::printable(import) + " imports something that your commit does not";
    };
    std::map<std::string, std::string> objections;
    for (const auto& commit : commits)
        objections[commit] = objection(asked[commit]);
    return objections;
}

} // namespace rdvc::project
