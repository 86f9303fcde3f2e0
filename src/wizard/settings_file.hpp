// A TOML file whose values are changed one by one, keeping comments.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "config/config.hpp"
#include "config/edit.hpp"
#include "config/toml.hpp"
#include "world/world.hpp"

namespace rdvc::wizard {

/// The file is written by `save` alone.
class SettingsFile {
  public:
    SettingsFile(std::filesystem::path path, config::Whose whose, std::string_view first_line)
        : path_(std::move(path)), whose_(whose), first_line_(first_line),
          text_(base::read_file(path_).value_or("")), before_(text_) {}

    /// `path`: tables, then the key.
    void set(const std::vector<std::string>& path, const std::string& text) {
        set_source(path, config::toml_string(text));
    }
    /// `source` is TOML: `true`, `3`, a quoted text.
    void set_source(const std::vector<std::string>& path, const std::string& source) {
        if (text_.empty())
            text_ = first_line_ + "\n";
        text_ = config::set_value(text_, path, source, path_.string());
    }

    /// Removes a value; true if it was there.
    bool unset(const std::vector<std::string>& path) {
        auto rest = config::remove_value(text_, path, path_.string());
        text_ = rest.value_or(text_);
        return rest.has_value();
    }

    /// Writes the file if anything changed; true if it did.
    bool save() {
        if (text_ == before_)
            return false;
        base::write_file(path_, text_);
        return true;
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// The whole text, as set until now.
    [[nodiscard]] const std::string& text() const { return text_; }
    /// Replaces all of it. Throws Error (configuration) as Config::read_layer does.
    void replace(const std::string& text);

    /// Throws Error (configuration) if this file may not have the value, or nothing may.
    void check(const std::vector<std::string>& path, const std::string& source) const;

  private:
    std::filesystem::path path_;
    config::Whose whose_;
    std::string first_line_; ///< of a file that is new
    std::string text_;
    std::string before_;
};

/// The user's own file.
SettingsFile user_settings(const world::World& world);

/// The project's file at `path`. Throws Error (not_ready) if it is, or is in, a symbolic link,
/// because a cloned project decides where that leads.
SettingsFile project_settings(const std::filesystem::path& path);

} // namespace rdvc::wizard
