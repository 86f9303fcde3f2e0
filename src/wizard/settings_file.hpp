// A TOML file whose values are changed one by one, keeping comments.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "config/edit.hpp"
#include "config/toml.hpp"

namespace rdvc::wizard {

/// The file is written by `save` alone.
class SettingsFile {
  public:
    SettingsFile(std::filesystem::path path, std::string_view first_line)
        : path_(std::move(path)), first_line_(first_line),
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

    /// Writes the file if anything changed; true if it did.
    bool save() {
        if (text_ == before_)
            return false;
        base::write_file(path_, text_);
        return true;
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
    std::string first_line_; ///< of a file that is new
    std::string text_;
    std::string before_;
};

} // namespace rdvc::wizard
