// Values of metrics and parameters, and the files of metrics that DVC reads. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::table {

/// A value, which may be missing.
struct Value {
    enum class Kind { none, number, boolean, text };

    Kind kind = Kind::none;
    std::string text = {}; ///< as written
    double number = 0;     ///< of a number, which may be NaN or infinite; of true 1

    /// True if it has a place among others: a number that is not NaN, true or false.
    [[nodiscard]] bool is_comparable() const;
    /// The same without infinite ones.
    [[nodiscard]] bool is_finite() const;
};

/// What such a word means in YAML: a number (`1e-3`, `.nan`, `Infinity`), `true`, nothing (`null`),
/// or else a text.
Value value_of(std::string_view word);

struct Metric {
    std::string key; ///< nested keys have dots between them; "" if the file is one value
    Value value;
};

/// The metrics in a file: JSON, TOML or (any other name) YAML. As for DVC, lists and null are none.
/// Nothing if it cannot be read, because it is torn, for example. Total.
std::optional<std::vector<Metric>> read_metrics(std::string_view path, const std::string& content);

/// More metrics of one file are left out.
inline constexpr std::size_t most_metrics = 1000;

} // namespace rdvc::table
