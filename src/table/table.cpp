#include "table/table.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::table {

namespace {

using base::Error;
using base::Exit;

constexpr std::array<std::string_view, 7> fixed = {"task", "name", "state", "time",
                                                   "node", "mem",  "cpu"};
// What CSV and JSON call some of them.
constexpr std::array<std::string_view, 3> in_files = {"seconds", "mem_kib", "cpus"};

bool is_fixed(std::string_view name) {
    return std::find(fixed.begin(), fixed.end(), name) != fixed.end();
}

bool is_reserved(std::string_view name) {
    return is_fixed(name) || std::find(in_files.begin(), in_files.end(), name) != in_files.end();
}

// Gives columns their places in the order in which they first occur.
class Places {
  public:
    /// `usual`: where it is in most tasks.
    std::size_t of(const std::string& file, const std::string& key, std::size_t usual) {
        if (usual < all.size() && all[usual].second == key && all[usual].first == file)
            return usual;
        const auto [found, is_new] = places_.try_emplace(file + '\n' + key, all.size());
        if (is_new)
            all.emplace_back(file, key);
        return found->second;
    }

    std::vector<std::pair<std::string, std::string>> all; // file, key

  private:
    std::unordered_map<std::string, std::size_t> places_;
};

std::vector<Column> name_columns(const Places& params, const Places& metrics) {
    std::vector<Column> columns;
    std::map<std::string, unsigned> uses;
    for (const auto& [file, key] : params.all) {
        columns.push_back({Kind::parameter, key});
        ++uses[key];
    }
    for (const auto& [file, key] : metrics.all)
        ++uses[key];
    for (const auto& [file, key] : metrics.all) {
        const bool is_clear = !key.empty() && uses[key] == 1 && !is_reserved(key);
        columns.push_back({Kind::metric, is_clear      ? key
                                         : key.empty() ? file
                                                       : fmt::format("{}:{}", file, key)});
    }
    return columns;
}

// For sorting: rank 0 has numbers, 1 texts, 2 nothing.
struct Key {
    int rank = 2;
    double number = 0;
    std::string text = {};
};

Key key_of(const Value& value) {
    if (value.is_comparable())
        return {0, value.number};
    if (value.kind == Value::Kind::text)
        return {1, 0, value.text};
    return {};
}

Key key_of(const Row& row, const std::string& name, std::optional<std::size_t> column) {
    if (column)
        return key_of(row.values[*column]);
    if (name == "task")
        return {0, static_cast<double>(row.task)};
    if (name == "time")
        return row.seconds ? Key{0, *row.seconds} : Key{};
    if (name == "mem")
        return row.mem_kib ? Key{0, static_cast<double>(*row.mem_kib)} : Key{};
    if (name == "cpu")
        return row.cpus ? Key{0, *row.cpus} : Key{};
    const auto& text = name == "name" ? row.name : name == "state" ? row.state : row.node;
    return text.empty() ? Key{} : Key{1, 0, text};
}

} // namespace

bool Table::has(Kind kind) const {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const Column& one) { return one.kind == kind; });
}

std::vector<std::string> Table::names(Kind kind) const {
    std::vector<std::string> all;
    for (const auto& column : columns)
        if (column.kind == kind)
            all.push_back(column.name);
    return all;
}

std::optional<std::size_t> Table::find(std::string_view name) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].name == name && (!found || columns[i].kind == Kind::metric))
            found = i;
    if (found || is_reserved(name))
        return found;
    const auto ends = fmt::format(".{}", name);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!columns[i].name.ends_with(ends))
            continue;
        if (found)
            return std::nullopt;
        found = i;
    }
    return found;
}

Table make_table(std::vector<Facts> tasks) {
    Places params;
    Places metrics;
    const auto each = [&](Facts& task, const auto& visit) {
        std::size_t usual = 0;
        for (auto& param : task.params)
            visit(params, params.of("", param.key, usual++), param);
        usual = 0;
        for (auto& file : task.metrics)
            for (auto& metric : file.metrics)
                visit(metrics, metrics.of(file.path, metric.key, usual++), metric);
    };
    for (auto& task : tasks)
        each(task, [](const Places&, std::size_t, const Metric&) {});
    Table table{name_columns(params, metrics), {}};
    table.rows.reserve(tasks.size());
    for (auto& task : tasks) {
        Row row{task.task,
                std::move(task.name),
                std::move(task.state),
                task.seconds,
                std::move(task.node),
                task.mem_kib,
                task.cpus,
                std::vector<Value>(table.columns.size())};
        each(task, [&](const Places& of, std::size_t place, Metric& metric) {
            row.values[(&of == &metrics ? params.all.size() : 0) + place] = std::move(metric.value);
        });
        table.rows.push_back(std::move(row));
    }
    return table;
}

Order parse_order(std::string_view text) {
    const bool is_descending = text.starts_with('-');
    return {std::string(text.substr(is_descending ? 1 : 0)), is_descending};
}

std::size_t find_column(const Table& table, const std::string& name) {
    if (const auto found = table.find(name))
        return *found;
    const auto metrics = table.names(Kind::metric);
    const auto params = table.names(Kind::parameter);
    if (metrics.empty())
        throw Error(Exit::failed,
                    fmt::format("no task has written metrics yet, so there is no `{}`",
                                base::printable(name)))
            .context(params.empty() ? ""
                                    : "parameters: " + base::printable(base::join(params, ", ")));
    auto all = metrics;
    all.insert(all.end(), params.begin(), params.end());
    auto near = base::suggestion(name, all);
    if (near.empty()) { // a part of one
        std::string only;
        for (const auto& one : all)
            if (one.find(name) != std::string::npos)
                only = only.empty() ? one : "-";
        near = only.empty() || only == "-" ? "" : fmt::format(", did you mean `{}`?", only);
    }
    constexpr std::size_t most_named = 50;
    const auto listed = [&](std::string_view what, std::vector<std::string> names) {
        const auto left = names.size() > most_named ? names.size() - most_named : 0;
        names.resize(names.size() - left);
        return fmt::format("{}: {}{}", what, base::printable(base::join(names, ", ")),
                           left > 0 ? fmt::format(" and {} more", left) : "");
    };
    throw Error(Exit::usage,
                base::printable(fmt::format("there is no metric or parameter `{}`{}", name, near)))
        .context(listed("metrics", metrics) +
                 (params.empty() ? "" : "\n" + listed("parameters", params)));
}

void sort_rows(Table& table, const Order& order) {
    std::optional<std::size_t> column = table.find(order.name);
    if (!column && !is_fixed(order.name))
        column = find_column(table, order.name);
    std::vector<std::pair<Key, std::size_t>> keys;
    keys.reserve(table.rows.size());
    for (std::size_t i = 0; i < table.rows.size(); ++i)
        keys.emplace_back(key_of(table.rows[i], order.name, column), i);
    std::stable_sort(keys.begin(), keys.end(), [&](const auto& one, const auto& other) {
        const auto& [a, first] = one;
        const auto& [b, second] = other;
        if (a.rank != b.rank)
            return a.rank < b.rank;
        if (a.number != b.number)
            return order.is_descending ? a.number > b.number : a.number < b.number;
        return order.is_descending ? a.text > b.text : a.text < b.text;
    });
    std::vector<Row> rows;
    rows.reserve(keys.size());
    for (const auto& [key, place] : keys)
        rows.push_back(std::move(table.rows[place]));
    table.rows = std::move(rows);
}

void keep_best(Table& table, const Order& order, std::size_t count) {
    if (const auto column = table.find(order.name))
        std::erase_if(table.rows,
                      [&](const Row& row) { return !row.values[*column].is_comparable(); });
    table.rows.resize(std::min(table.rows.size(), count));
}

} // namespace rdvc::table
