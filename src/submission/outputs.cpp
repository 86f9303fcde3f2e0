#include "submission/outputs.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"

namespace rdvc::submission {

namespace fs = std::filesystem;

namespace {

// Why rdvc does not bring back `path`, which is relative to the folder; "" if it does.
std::string objection(const fs::path& path, const fs::path& folder) {
    const auto whole = folder.empty() ? std::string("the repository") : folder.generic_string();
    if (path == ".")
        return fmt::format("it would be all of {}, the environment included", whole);
    if (path.empty() || *path.begin() == "..")
        return fmt::format("it is not below {}", whole);
    for (const auto& part : path)
        if (part == ".git" || part == ".dvc" || part == ".rdvc")
            return fmt::format("the contents of `{}` are not the command's", part.string());
    return "";
}

} // namespace

std::vector<std::string> output_folders(const OutputsOf& of,
                                        const std::vector<std::string>& paths) {
    const auto base = (of.folder.empty() ? of.top : of.top / of.folder).lexically_normal();
    std::vector<std::string> folders;
    for (const auto& path : paths) {
        if (path.empty())
            throw base::Error(base::Exit::usage, fmt::format("{} is empty", of.place));
        auto full = (base / path).lexically_normal(); // an absolute path replaces the base
        if (!full.has_filename())
            full = full.parent_path();
        const auto why = objection(full.lexically_relative(base), of.folder);
        if (!why.empty())
            throw base::Error(base::Exit::usage,
                              fmt::format("`{}` cannot be an output: {}", path, why))
                .context("it was given by " + of.place);
        auto folder = full.lexically_relative(of.top).generic_string();
        if (std::find(folders.begin(), folders.end(), folder) == folders.end())
            folders.push_back(std::move(folder));
    }
    return folders;
}

} // namespace rdvc::submission
