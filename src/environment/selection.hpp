// Which tracked files decide the result of the setup command: those with certain names, and those
// that the setup command, or a script or project file that it reads, names.
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

/// Reads files. The content is "" for a file that cannot be read.
using ReadFiles =
    std::function<std::vector<std::string>(const std::vector<const TrackedFile*>& files)>;

struct Selection {
    std::vector<TrackedFile> files; ///< the files that decide
    std::vector<Text> texts;        ///< the texts that were read to find them
};

/// `commands`: the setup command and the activation, as configured. Reads files in a few calls, as
/// it finds them named.
Selection select_files(const std::vector<TrackedFile>& tracked, const std::string& commands,
                       const ReadFiles& read);

} // namespace rdvc::environment
