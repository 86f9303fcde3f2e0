#include "submission/hooks.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"

namespace rdvc::submission {

using base::Error;
using base::Exit;

namespace {

// The words of a first line `#!...`; none if there is no such line.
std::vector<std::string> interpreter(const std::string& content) {
    return content.starts_with("#!") ? base::words(base::lines(content).front().substr(2))
                                     : std::vector<std::string>();
}

// True for words that `set` of bash takes: `-e`, `-eu`.
bool are_options_of_set(const std::vector<std::string>& words) {
    return std::all_of(words.begin(), words.end(), [](const std::string& word) {
        return word.size() > 1 && word[0] == '-' &&
               word.find_first_not_of("efux", 1) == std::string::npos;
    });
}

// A file for bash or sh is sourced, so that what it exports comes back; another one runs by its
// interpreter, whatever its mode: git does not keep modes everywhere.
std::string code_for(const HookFile& file) {
    const auto path = base::quote(std::string(hooks_folder) + file.name);
    auto words = interpreter(file.content);
    const auto is_env = [](const std::string& word) { return word.ends_with("/env"); };
    auto program = words.begin();
    while (program != words.end() && (is_env(*program) || program->starts_with('-')))
        ++program;
    if (program == words.end())
        return "source " + path;
    const auto name = program->substr(program->rfind('/') + 1);
    const std::vector<std::string> options(program + 1, words.end());
    if ((name != "bash" && name != "sh") || !are_options_of_set(options))
        return base::quote_all(words) + " " + path;
    return (options.empty() ? "" : "set " + base::join(options, " ") + "; ") + "source " + path;
}

void require_hook(const HookFile& file) {
    const auto path = base::printable(std::string(hooks_folder) + file.name);
    if (file.name == "before-workspace")
        throw Error(Exit::configuration, fmt::format("{}: there is no such hook", path))
            .context("the project's files are in no workspace yet")
            .hint("a hook can begin with `after-workspace`; for what comes before, there is "
                  "~/.bashrc on the cluster");
    const auto& points = hook_points();
    const std::vector<std::string> names(points.begin(), points.end());
    if (std::find(names.begin(), names.end(), file.name) == names.end()) {
        const auto dot = file.name.find('.');
        const auto meant = std::find(names.begin(), names.end(), file.name.substr(0, dot));
        throw Error(Exit::configuration,
                    fmt::format("{}: unknown hook{}", path,
                                meant != names.end() ? fmt::format(", did you mean `{}`?", *meant)
                                                     : base::suggestion(file.name, names)))
            .context("the hooks are: " + base::join(names, ", "))
            .hint("files that hooks use can be anywhere else in the project");
    }
    if (!file.is_file)
        throw Error(Exit::configuration, fmt::format("{}: a hook must be a file", path));
    if (file.content.find('\0') != std::string::npos)
        throw Error(Exit::configuration, fmt::format("{}: a hook must be a script", path))
            .context("this is a binary file")
            .hint("call the program from a hook");
}

} // namespace

const std::vector<std::string_view>& hook_points() {
    static const std::vector<std::string_view> points = {
        "after-workspace",  "before-environment", "after-environment", "before-experiment",
        "after-experiment", "before-publish",     "after-publish"};
    return points;
}

bool decides_environment(std::string_view point) {
    return point == "after-workspace" || point == "before-environment";
}

std::vector<Hook> find_hooks(const std::vector<HookFile>& files, const config::Config& config) {
    for (const auto& file : files)
        if (!file.name.starts_with('.')) // .gitkeep, an editor's file
            require_hook(file);
    std::vector<Hook> hooks;
    for (const auto point : hook_points()) {
        const auto key = fmt::format("hooks.{}", point);
        if (auto code = config.text(key); !base::trim(code).empty())
            hooks.push_back({std::string(point), std::move(code), config.origin(key)});
        for (const auto& file : files)
            if (file.name == point)
                hooks.push_back({file.name, code_for(file), std::string(hooks_folder) + file.name});
    }
    return hooks;
}

} // namespace rdvc::submission
