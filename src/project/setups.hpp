// How to build a project's environment, judging by its files: a suggestion for `env.setup` and
// `env.activate` that later jobs can reuse. Runs nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::project {

struct Setup {
    std::string file; ///< the file in the project's folder that it is based on
    std::string setup;
    std::string activate;
    std::vector<std::string> notes = {}; ///< what one has to know about it, one line each
};

/// The text of a file in the project's folder, or nothing if there is none.
using ReadFile = std::function<std::optional<std::string>(const std::string& name)>;

/// The suggestion for a project whose folder has `names`; nothing if none of them helps. A script
/// `init_*.sh` comes first, then lock files.
std::optional<Setup> propose_setup(const std::vector<std::string>& names, const ReadFile& read);

/// Reads the files of `folder`.
ReadFile reader_of(const std::filesystem::path& folder);

/// The suggestion for the project in `folder`.
std::optional<Setup> propose_setup(const std::filesystem::path& folder);

/// The script `./...` that a setup command begins with and `folder` lacks; nothing without one.
std::optional<std::string> missing_script(const std::string& setup,
                                          const std::filesystem::path& folder);

/// What a setup command costs in later jobs, judging by the project's files, one line each:
/// setuptools' strict editable mode, versions from tags.
std::vector<std::string> costs_of_setup(const std::string& setup, const ReadFile& read);

} // namespace rdvc::project
