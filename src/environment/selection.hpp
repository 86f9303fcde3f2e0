// Which tracked files decide what the setup command makes: by their name, or because the setup
// command, or a script or project file that it reads, names them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace rdvc::environment {

/// An entry of a Git tree.
struct TrackedFile {
    std::string mode; ///< as git-ls-tree(1) prints it; "160000": a submodule
    std::string blob; ///< the object's name
    std::string path; ///< from the repository's root
};

/// A script or project file that setup reads.
struct Text {
    std::string path;
    std::string content;
};

/// Reads files; a content is "" for what cannot be read.
using ReadFiles =
    std::function<std::vector<std::string>(const std::vector<const TrackedFile*>& files)>;

struct Selection {
    std::vector<TrackedFile> files; ///< that decide
    std::vector<Text> texts;        ///< what was read to find them
};

/// `commands`: the setup command and the activation, as configured. Files are read as they are
/// found to be named, a few calls in all.
Selection select_files(const std::vector<TrackedFile>& tracked, const std::string& commands,
                       const ReadFiles& read);

} // namespace rdvc::environment
