// Hooks: a project's own steps before and after those of the job. Files in `.rdvc/hooks/` of the
// submitted code, and commands of `[hooks]`, become bash code that the job runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace rdvc::submission {

/// Where a project keeps its hooks, and functions that replace those of the job; from its folder.
constexpr std::string_view hooks_folder = ".rdvc/hooks/";
constexpr std::string_view library_file = ".rdvc/job.sh";

struct Hook {
    std::string point;  ///< one of hook_points()
    std::string code;   ///< bash
    std::string origin; ///< the file, or the place in the configuration
};

/// A file in the hooks' folder, as submitted.
struct HookFile {
    std::string name; ///< from that folder
    bool is_file = true;
    std::string content = {};
};

/// `after-workspace`, `before-environment` and so on, in the order in which the job reaches them.
const std::vector<std::string_view>& hook_points();

/// True for a point that setup may depend on: it is before setup.
bool decides_environment(std::string_view point);

/// The hooks in the order in which they run; at each point the configuration's comes first. Throws
/// Error (configuration) for a file that is not a hook, and names the one probably meant.
std::vector<Hook> find_hooks(const std::vector<HookFile>& files, const config::Config& config);

} // namespace rdvc::submission
