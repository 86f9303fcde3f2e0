#include "table/curves.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "table/constants.hpp"
#include "table/value.hpp"

namespace rdvc::table {

namespace {

constexpr std::array<std::string_view, 5> steps = {"step", "epoch", "iteration", "index", "x"};

struct Grid {
    std::vector<std::string> header;
    std::vector<std::vector<Value>> rows;
};

// Cells of CSV or TSV; quotes as in RFC 4180.
std::vector<std::vector<std::string>> cells_in(std::string_view text, char separator) {
    std::vector<std::vector<std::string>> lines;
    std::vector<std::string> line(1);
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted && c == '"' && text.substr(at + 1).starts_with('"')) {
            line.back() += '"';
            ++at;
        } else if (c == '"' && (quoted || line.back().empty())) {
            quoted = !quoted;
        } else if (!quoted && c == separator) {
            line.emplace_back();
        } else if (!quoted && c == '\n') {
            lines.push_back(std::exchange(line, {""}));
        } else if (quoted || c != '\r') {
            line.back() += c;
        }
    }
    return lines; // without a last line that has no end: it may be torn
}

Grid grid_of(const std::vector<std::vector<std::string>>& lines) {
    Grid grid;
    for (const auto& line : lines) {
        if (grid.header.empty()) {
            grid.header = line;
            continue;
        }
        std::vector<Value> row;
        for (const auto& cell : line)
            row.push_back(value_of(base::trim(cell)));
        row.resize(grid.header.size());
        grid.rows.push_back(std::move(row));
    }
    return grid;
}

Value value_in(const nlohmann::json& json) {
    if (json.is_number())
        return {Value::Kind::number, "", json.get<double>()};
    return json.is_string() ? value_of(json.get<std::string>()) : Value();
}

// DVC takes a list of maps, or the first one in a map.
Grid grid_of_json(const std::string& content) {
    auto json = nlohmann::json::parse(content, nullptr, false);
    if (json.is_discarded())
        json = nlohmann::json::parse(with_quoted_constants(content), nullptr, false);
    while (json.is_object()) {
        const auto list = std::find_if(json.begin(), json.end(), [](const nlohmann::json& one) {
            return one.is_array() || one.is_object();
        });
        if (list == json.end())
            return {};
        json = nlohmann::json(*list);
    }
    Grid grid;
    std::map<std::string, std::size_t> places;
    for (const auto& element : json.is_array() ? json : nlohmann::json::array()) {
        if (!element.is_object())
            continue;
        std::vector<Value> row(grid.header.size());
        for (const auto& [key, value] : element.items()) {
            const auto [place, is_new] = places.try_emplace(key, grid.header.size());
            if (is_new) {
                grid.header.push_back(key);
                row.emplace_back();
            }
            row[place->second] = value_in(value);
        }
        grid.rows.push_back(std::move(row));
    }
    for (auto& row : grid.rows)
        row.resize(grid.header.size());
    return grid;
}

std::string dotted(std::string text) {
    std::replace(text.begin(), text.end(), '/', '.');
    return text;
}

// Without `.tsv`.
std::string stem_of(const std::string& path) {
    return dotted(path.substr(0, path.find_last_of('.')));
}

bool ends_like(const std::string& text, const std::string& end) {
    return text == end || text.ends_with("." + end);
}

// How well a curve fits the metric's name; 0: not at all.
int fit_of(const LiveFile& file, const Curve& curve, const std::string& metric) {
    const auto stem = stem_of(file.path);
    if (curve.name == metric)
        return 4;
    if (ends_like(stem, metric))
        return 3;
    if (ends_like(stem + "." + curve.name, metric))
        return 2;
    return ends_like(metric, curve.name) || ends_like(curve.name, metric) ? 1 : 0;
}

} // namespace

std::vector<Curve> curves_in(const LiveFile& file) {
    if (!base::is_utf8(file.content) || file.content.find('\0') != std::string::npos)
        return {};
    const auto path = base::lower(file.path);
    const auto grid = path.ends_with(".json")  ? grid_of_json(file.content)
                      : path.ends_with(".tsv") ? grid_of(cells_in(file.content, '\t'))
                      : path.ends_with(".csv") ? grid_of(cells_in(file.content, ','))
                                               : Grid();
    std::size_t x = grid.header.size();
    for (const auto step : steps)
        if (x == grid.header.size())
            x = static_cast<std::size_t>(std::find(grid.header.begin(), grid.header.end(), step) -
                                         grid.header.begin());
    const bool has_x = x < grid.header.size();
    std::vector<Curve> curves;
    for (std::size_t y = 0; y < grid.header.size(); ++y) {
        if (y == x || grid.header[y] == "timestamp")
            continue;
        Curve curve{dotted(grid.header[y]), has_x ? grid.header[x] : "row", {}};
        for (std::size_t i = 0; i < grid.rows.size(); ++i) {
            const auto& row = grid.rows[i];
            if (row[y].is_finite() && (!has_x || row[x].is_finite()))
                curve.points.emplace_back(has_x ? row[x].number : static_cast<double>(i),
                                          row[y].number);
        }
        if (!curve.points.empty())
            curves.push_back(std::move(curve));
    }
    return curves;
}

std::optional<Curve> find_curve(const std::vector<LiveFile>& files, const std::string& metric) {
    std::optional<Curve> found;
    int best = 0;
    for (const auto& file : files)
        for (auto& curve : curves_in(file))
            if (const int fit = fit_of(file, curve, metric); fit > best) {
                best = fit;
                found = std::move(curve);
            }
    return found;
}

} // namespace rdvc::table
