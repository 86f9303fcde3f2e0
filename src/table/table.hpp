// A submission's tasks as a table: parameters, metrics, state. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/value.hpp"

namespace rdvc::table {

/// The metrics in one file.
struct MetricsFile {
    std::string path;
    std::vector<Metric> metrics;
};

/// What is known about one task.
struct Facts {
    unsigned task = 0; ///< 0: the submission is no sweep
    std::string name = {};
    std::string state = {};
    std::optional<double> seconds = {}; ///< that its job has run, since it last started
    std::string node = {};
    std::optional<std::uint64_t> mem_kib = {}; ///< as state::Usage::kib
    std::optional<double> cpus = {};           ///< on average
    std::vector<Metric> params = {};           ///< `[FILE:]KEY`
    std::vector<MetricsFile> metrics = {};
};

enum class Kind { parameter, metric };

struct Column {
    Kind kind = Kind::metric;
    std::string name; ///< a metric's has `FILE:` before it if another column has the same name
};

struct Row {
    unsigned task = 0;
    std::string name;
    std::string state;
    std::optional<double> seconds;
    std::string node;
    std::optional<std::uint64_t> mem_kib;
    std::optional<double> cpus;
    std::vector<Value> values; ///< for each of Table::columns
};

struct Table {
    std::vector<Column> columns; ///< parameters, then metrics, in the order in which they occur
    std::vector<Row> rows;

    [[nodiscard]] bool has(Kind kind) const;
    /// The names of these columns.
    [[nodiscard]] std::vector<std::string> names(Kind kind) const;
    /// The column with that name, a metric rather than a parameter; or the only one whose last
    /// parts it is (`lr` for `model.optimizer.lr`).
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
};

/// Makes a row of each task.
Table make_table(std::vector<Facts> tasks);

/// What the user asked for as `METRIC` or `-METRIC`.
struct Order {
    std::string name;
    bool is_descending = false; ///< the largest value is the first
};
Order parse_order(std::string_view text);

/// A metric or parameter, or one of `task`, `name`, `state`, `time`, `node`, `mem`,
/// `cpu`. Throws Error: usage,
/// with the names that there are; failed, if no task has metrics yet.
std::size_t find_column(const Table& table, const std::string& name);

/// Sorts by that column, or one of those words; what is no number comes after numbers, what is
/// missing or NaN last, in both directions. Throws as find_column.
void sort_rows(Table& table, const Order& order);

/// The first `count` of these rows that have a number in the order's column.
void keep_best(Table& table, const Order& order, std::size_t count);

} // namespace rdvc::table
