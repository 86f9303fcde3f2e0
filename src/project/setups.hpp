// What makes a project's environment, by the files that it has: a proposal for `env.setup` and
// `env.activate` that later jobs can reuse. Nothing is run.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::project {

struct Setup {
    std::string file; ///< in the project's folder, that tells
    std::string setup;
    std::string activate;
    std::vector<std::string> notes = {}; ///< what one has to know about it, a line each
};

/// The text of a file in the project's folder, or nothing if there is none.
using ReadFile = std::function<std::optional<std::string>(const std::string& name)>;

/// The proposal for a project whose folder has `names`; nothing if none of them tells. A script
/// `init_*.sh` of the project's own comes first, then lock files.
std::optional<Setup> propose_setup(const std::vector<std::string>& names, const ReadFile& read);

/// Reads the files of `folder`.
ReadFile reader_of(const std::filesystem::path& folder);

/// The proposal for the project in `folder`.
std::optional<Setup> propose_setup(const std::filesystem::path& folder);

/// What a setup command costs in later jobs, by what the project's files say, a line each:
/// setuptools' strict editable mode, versions from tags.
std::vector<std::string> costs_of_setup(const std::string& setup, const ReadFile& read);

} // namespace rdvc::project
