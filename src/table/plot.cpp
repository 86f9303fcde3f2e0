#include "table/plot.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "table/curves.hpp"

namespace rdvc::table {

namespace {

using base::Error;
using base::Exit;

constexpr std::size_t most_series = 6; // more cannot be told apart

std::string last_part(const std::string& key) {
    return key.substr(key.find_last_of(".:/") + 1);
}

// `lr=0.1, seed=3`: the row's parameters without one.
std::string params_text(const Table& table, const Row& row, std::size_t without) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].kind == Kind::parameter && i != without)
            parts.push_back(
                fmt::format("{}={}", last_part(table.columns[i].name),
                            row.values[i].kind == Value::Kind::none ? "-" : row.values[i].text));
    return base::join(parts, ", ");
}

// For a column without any number.
[[noreturn]] void refuse_text(const Table& table, std::size_t column) {
    std::set<std::string> texts;
    bool has_number = false;
    for (const auto& row : table.rows) {
        has_number = has_number || row.values[column].kind == Value::Kind::number;
        if (row.values[column].kind == Value::Kind::text)
            texts.insert(base::printable(row.values[column].text));
    }
    const auto name = base::printable(table.columns[column].name);
    if (texts.empty())
        throw Error(Exit::failed,
                    has_number ? fmt::format("`{}` has no finite value in these tasks", name)
                               : fmt::format("none of these tasks has a value of `{}` yet", name));
    throw Error(Exit::usage, fmt::format("`{}` is not a number", name))
        .context("its values: " + base::first_lines({texts.begin(), texts.end()}));
}

bool has_unique_x(const Series& series) {
    return std::adjacent_find(series.points.begin(), series.points.end(),
                              [](const auto& one, const auto& other) {
                                  return one.first == other.first;
                              }) == series.points.end();
}

std::string joined(std::vector<std::string> names) {
    constexpr std::size_t most = 50;
    names.resize(std::min(names.size(), most));
    return base::printable(base::join(names, ", "));
}

} // namespace

Plot parse_plot(const Table& table, const std::string& word) {
    const auto order = parse_order(word);
    const auto& name = order.name;
    if (table.find(name))
        return {order, ""};
    for (auto colon = name.find(':'); colon != std::string::npos; colon = name.find(':', colon + 1))
        if (table.find(name.substr(0, colon)) && table.find(name.substr(colon + 1)))
            return {{name.substr(0, colon), order.is_descending}, name.substr(colon + 1)};
    const auto colon = name.rfind(':');
    if (colon == std::string::npos)
        return {order, ""};
    return {{name.substr(0, colon), order.is_descending}, name.substr(colon + 1)};
}

Figure compare(const Table& table, const Plot& plot) {
    const auto y = find_column(table, plot.metric.name);
    const auto x = find_column(table, plot.param);
    std::map<std::string, Series> groups;
    Series whole;
    for (const auto column : {y, x})
        if (std::none_of(table.rows.begin(), table.rows.end(),
                         [&](const Row& row) { return row.values[column].is_finite(); }))
            refuse_text(table, column);
    for (const auto& row : table.rows) {
        if (!row.values[x].is_finite() || !row.values[y].is_finite())
            continue;
        const auto name = params_text(table, row, x);
        const std::pair point(row.values[x].number, row.values[y].number);
        groups[name].name = name;
        groups[name].points.push_back(point);
        whole.points.push_back(point);
    }
    if (whole.points.empty())
        throw Error(Exit::failed,
                    fmt::format("no task has both `{}` and `{}`", base::printable(plot.metric.name),
                                base::printable(plot.param)));
    Figure figure{.title = fmt::format("{} by {}", plot.metric.name, plot.param),
                  .x_label = plot.param,
                  .y_label = plot.metric.name,
                  .has_points = true};
    if (groups.size() > 1 && groups.size() <= most_series && groups.size() < whole.points.size())
        for (auto& [name, series] : groups)
            figure.series.push_back(std::move(series));
    else
        figure.series.push_back(std::move(whole));
    for (auto& series : figure.series)
        std::sort(series.points.begin(), series.points.end());
    figure.has_lines = std::all_of(figure.series.begin(), figure.series.end(), has_unique_x);
    figure.is_log = asks_for_log(figure.series);
    return figure;
}

Figure curves_of(const Table& table, const PlotsOf& plots, const std::string& metric) {
    Figure figure{.title = metric, .y_label = metric};
    std::set<std::string> names;
    for (const auto& row : table.rows) {
        const auto files = plots.find(row.task);
        if (files == plots.end())
            continue;
        for (const auto& file : files->second)
            for (const auto& curve : curves_in(file))
                names.insert(curve.name);
        auto curve = find_curve(files->second, metric);
        if (!curve)
            continue;
        const auto params = params_text(table, row, table.columns.size());
        figure.x_label = curve->x;
        figure.series.push_back(
            {row.task == 0 ? row.name
                           : fmt::format("{}{}{}", row.task, params.empty() ? "" : ": ", params),
             std::move(curve->points)});
    }
    if (!figure.series.empty())
        return figure;
    const std::vector<std::string> all(names.begin(), names.end());
    if (!all.empty() && !table.find(metric))
        throw Error(Exit::usage, base::printable(fmt::format("no plot has a curve `{}`{}", metric,
                                                             base::suggestion(metric, all))))
            .context("curves: " + joined(all));
    if (!table.find(metric))
        find_column(table, metric); // says what there is
    throw Error(Exit::failed,
                fmt::format("these tasks have no learning curve of `{}`", base::printable(metric)))
        .context(all.empty() ? "they have written no plots that dvc.yaml declares (CSV, TSV, JSON)"
                             : "curves: " + joined(all))
        .hint(fmt::format("--plot {}:PARAMETER draws it against a parameter",
                          base::printable(metric)));
}

} // namespace rdvc::table
