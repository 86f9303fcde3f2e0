#include "wizard/settings_file.hpp"

#include <fmt/core.h>

#include "base/error.hpp"

namespace rdvc::wizard {

void SettingsFile::replace(const std::string& text) {
    config::Config().read_layer(text, path_.string(), whose_, "");
    text_ = text;
}

void SettingsFile::check(const std::vector<std::string>& path, const std::string& source) const {
    for (const auto& entry : config::parse_toml("value = " + source, "the value"))
        if (!entry.is_table)
            config::Config().read_entry({path, entry.value}, "not set", whose_, "");
}

SettingsFile user_settings(const world::World& world) {
    return {world.user_config(), config::Whose::user,
            "# rdvc's settings of this user; see docs/manual.md"};
}

SettingsFile project_settings(const std::filesystem::path& path) {
    for (const auto& part : {path.parent_path(), path})
        if (std::filesystem::is_symlink(std::filesystem::symlink_status(part)))
            throw base::Error(base::Exit::not_ready,
                              fmt::format("{} is a symbolic link; rdvc does not write through it",
                                          part.string()));
    return {path, config::Whose::project, "# rdvc's settings for this project; commit this file"};
}

} // namespace rdvc::wizard
