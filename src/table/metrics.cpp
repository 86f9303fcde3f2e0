#include <cstdint>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "config/toml.hpp"
#include "data/yaml.hpp"
#include "table/constants.hpp"
#include "table/value.hpp"

namespace rdvc::table {

namespace {

// Collects what is not in a list, in the file's order, while JSON is read.
class Flattener : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit Flattener(std::vector<Metric>& metrics) : metrics_(metrics) {}

    bool null() override { return true; }
    bool boolean(bool value) override {
        return add({Value::Kind::boolean, value ? "true" : "false", value ? 1.0 : 0.0});
    }
    bool number_integer(std::int64_t value) override {
        return add({Value::Kind::number, fmt::format("{}", value), static_cast<double>(value)});
    }
    bool number_unsigned(std::uint64_t value) override {
        return add({Value::Kind::number, fmt::format("{}", value), static_cast<double>(value)});
    }
    bool number_float(double value, const std::string& written) override {
        return add({Value::Kind::number, written, value});
    }
    bool string(std::string& value) override {
        const auto constant = value.empty() ? Value() : value_of(value);
        const bool is_constant = constant.kind == Value::Kind::number && !constant.is_finite();
        return add(is_constant ? constant : Value{Value::Kind::text, value});
    }
    bool binary(nlohmann::json::binary_t& /*value*/) override { return true; }
    bool start_object(std::size_t /*elements*/) override {
        keys_.emplace_back();
        return true;
    }
    bool key(std::string& value) override {
        keys_.back() = value;
        return true;
    }
    bool end_object() override {
        keys_.pop_back();
        return true;
    }
    bool start_array(std::size_t /*elements*/) override {
        ++lists_;
        return true;
    }
    bool end_array() override {
        --lists_;
        return true;
    }
    bool parse_error(std::size_t /*position*/, const std::string& /*last*/,
                     const nlohmann::json::exception& /*error*/) override {
        return false;
    }

  private:
    bool add(Value value) {
        if (lists_ == 0 && metrics_.size() < most_metrics)
            metrics_.push_back({base::join(keys_, "."), std::move(value)});
        return true;
    }

    std::vector<Metric>& metrics_;
    std::vector<std::string> keys_;
    std::size_t lists_ = 0;
};

std::optional<std::vector<Metric>> read_json(const std::string& content) {
    for (const bool again : {false, true}) {
        std::vector<Metric> metrics;
        Flattener flattener(metrics);
        if (nlohmann::json::sax_parse(again ? with_quoted_constants(content) : content, &flattener))
            return metrics;
    }
    return std::nullopt;
}

void flatten(const YAML::Node& node, const std::string& prefix, std::vector<Metric>& metrics) {
    if (metrics.size() >= most_metrics)
        return;
    if (node.IsScalar()) {
        const bool is_quoted = node.Tag() == "!";
        auto value = is_quoted ? Value{Value::Kind::text, node.Scalar()} : value_of(node.Scalar());
        if (value.kind != Value::Kind::none)
            metrics.push_back({prefix, std::move(value)});
    } else if (node.IsMap()) {
        for (const auto& pair : node)
            flatten(pair.second,
                    prefix.empty() ? data::text_of(pair.first)
                                   : prefix + "." + data::text_of(pair.first),
                    metrics);
    }
}

std::optional<std::vector<Metric>> read_yaml(const std::string& content) {
    try {
        std::vector<Metric> metrics;
        flatten(data::load_yaml(content), "", metrics);
        return metrics;
    } catch (const YAML::Exception&) {
        return std::nullopt;
    }
}

std::optional<std::vector<Metric>> read_toml(const std::string& content) {
    const auto leaves = config::toml_leaves(content);
    if (!leaves)
        return std::nullopt;
    std::vector<Metric> metrics;
    for (const auto& leaf : *leaves)
        if (metrics.size() < most_metrics)
            metrics.push_back({leaf.key, leaf.is_string ? Value{Value::Kind::text, leaf.text}
                                                        : value_of(leaf.text)});
    return metrics;
}

} // namespace

std::optional<std::vector<Metric>> read_metrics(std::string_view path, const std::string& content) {
    if (!base::is_utf8(content) || content.find('\0') != std::string::npos)
        return std::nullopt;
    const auto name = base::lower(std::string(path));
    if (name.ends_with(".json"))
        return read_json(content);
    return name.ends_with(".toml") ? read_toml(content) : read_yaml(content);
}

} // namespace rdvc::table
