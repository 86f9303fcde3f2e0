// Folders whose new and changed files come back from a command's job.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rdvc::submission {

/// Where paths were given, and what they are relative to.
struct OutputsOf {
    std::filesystem::path top;    ///< of the work tree, absolute
    std::filesystem::path folder; ///< that they must be below; from `top`, empty: `top` itself
    std::string place;            ///< for messages: an option, or a file and line
};

/// The paths from the work tree's root, each once. Throws Error (usage) for one that is empty, not
/// below the folder, the folder itself, or in a `.git`, `.dvc` or `.rdvc`.
std::vector<std::string> output_folders(const OutputsOf& of, const std::vector<std::string>& paths);

} // namespace rdvc::submission
