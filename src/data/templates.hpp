// The templates of dvc.yaml: `${x}` from params.yaml and `vars`, as far as they are simple. What is
// not stays as it is written, and then nothing is known of it but its literal parts.
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

/// A resolved text as DVC has it in the end: `\${` stands for `${`.
std::string unescaped(std::string text);

/// The text of a scalar as DVC puts it in place of `${}`; nothing where it is not plain.
std::optional<std::string> interpolated(const YAML::Node& scalar);

class Context {
  public:
    /// `values` must outlive it.
    explicit Context(const Values& values) : values_(&values) {}

    /// Takes in a list of `vars` that stands in a file in `folder`.
    void load(const YAML::Node& vars, const std::string& folder);
    /// Takes in a file of parameters; false if it cannot be read.
    bool load_file(const std::string& path, const std::vector<std::string>& keys = {});
    /// `item`, `key`: before all others.
    void set(const std::string& name, const YAML::Node& value);

    /// The value with all its `${}` replaced that can be; `\${` stays, so that it is told from
    /// them.
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
