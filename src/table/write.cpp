#include "table/write.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace rdvc::table {

namespace {

std::string csv_cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

std::string json_text(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// RFC 8259: no plus sign, no leading zeros or dots.
bool is_json_number(const std::string& text) {
    return nlohmann::json::accept(text) && text.find_first_not_of(" \t\r\n") == 0 &&
           text.back() >= '0' && text.back() <= '9';
}

std::string seconds_text(const Row& row) {
    return row.seconds ? fmt::format("{:.1f}", *row.seconds) : "";
}

std::string mem_text(const Row& row) {
    return row.mem_kib ? fmt::format("{}", *row.mem_kib) : "";
}

std::string cpus_text(const Row& row) {
    return row.cpus ? fmt::format("{:.2f}", *row.cpus) : "";
}

std::string or_null(const std::string& text) {
    return text.empty() ? "null" : text;
}

std::string json_columns(const Table& table, const Row& row, Kind kind) {
    std::string text;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].kind == kind)
            text += fmt::format("{}{}: {}", text.empty() ? "" : ", ",
                                json_text(table.columns[i].name), as_json(row.values[i]));
    return "{" + text + "}";
}

} // namespace

std::string as_json(const Value& value) {
    switch (value.kind) {
    case Value::Kind::none: return "null";
    case Value::Kind::boolean: return value.text;
    case Value::Kind::text: return json_text(value.text);
    case Value::Kind::number: break;
    }
    if (!value.is_finite())
        return "null";
    return is_json_number(value.text) ? value.text : fmt::format("{}", value.number);
}

std::string as_csv(const Table& table) {
    std::string text = "task,name,state,seconds,node,mem_kib,cpus";
    for (const auto& column : table.columns)
        text += "," + csv_cell(column.name);
    text += "\n";
    for (const auto& row : table.rows) {
        text +=
            fmt::format("{},{},{},{},{},{},{}", row.task, csv_cell(row.name), csv_cell(row.state),
                        seconds_text(row), csv_cell(row.node), mem_text(row), cpus_text(row));
        for (const auto& value : row.values)
            text += "," + csv_cell(value.text);
        text += "\n";
    }
    return text;
}

std::string as_json(const Table& table, const Submission& submission) {
    auto text = fmt::format("{{\"token\": {}, \"job\": {}, \"name\": {}, \"tasks\": [",
                            json_text(submission.token), json_text(submission.job),
                            json_text(submission.name));
    bool is_first = true;
    for (const auto& row : table.rows) {
        text += fmt::format(
            "{}\n  {{\"task\": {}, \"name\": {}, \"state\": {}, \"seconds\": {}, "
            "\"node\": {}, \"mem_kib\": {}, \"cpus\": {}, \"params\": {}, \"metrics\": {}}}",
            is_first ? "" : ",", row.task, json_text(row.name), json_text(row.state),
            or_null(seconds_text(row)), row.node.empty() ? "null" : json_text(row.node),
            or_null(mem_text(row)), or_null(cpus_text(row)),
            json_columns(table, row, Kind::parameter), json_columns(table, row, Kind::metric));
        is_first = false;
    }
    return text + (is_first ? "" : "\n") + "]}\n";
}

} // namespace rdvc::table
