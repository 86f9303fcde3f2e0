// The templates of dvc.yaml: `${x}` from params.yaml and `vars`, if they are simple. Others stay as
// written, and only their literal parts are known.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "data/pipeline.hpp"

namespace rdvc::data {

/// Whether there is a `${}` in a text, or anywhere in a value.
bool has_template(std::string_view text);
bool has_template(const YAML::Node& node);

/// A resolved text in DVC's final form: `\${` stands for `${`.
std::string unescaped(std::string text);

/// The text of a scalar as DVC substitutes it for `${}`; nothing if it is not plain.
std::optional<std::string> interpolated(const YAML::Node& scalar);

class Context {
  public:
    /// `values` must outlive it.
    explicit Context(const Values& values) : values_(&values) {}

    /// Reads a list of `vars` from a file in `folder`.
    void load(const YAML::Node& vars, const std::string& folder);
    /// Reads a parameter file; false if it cannot be read.
    bool load_file(const std::string& path, const std::vector<std::string>& keys = {});
    /// `item`, `key`: they take precedence over all others.
    void set(const std::string& name, const YAML::Node& value);

    /// The value with every possible `${}` replaced; `\${` stays, so that it can be distinguished
    /// from them.
    [[nodiscard]] YAML::Node resolve(const YAML::Node& node) const;
    [[nodiscard]] std::string resolve(const std::string& text) const;

  private:
    struct Source {
        std::string file; ///< "": written in dvc.yaml
        YAML::Node values;
    };

    [[nodiscard]] YAML::Node select(const std::string& expression) const;
    [[nodiscard]] YAML::Node resolve_scalar(const YAML::Node& node) const;

    const Values* values_;
    std::vector<Source> sources_; ///< the last one that has a name gives its value
    bool is_sure_ = true;         ///< false: a file of values could not be read
};

} // namespace rdvc::data
