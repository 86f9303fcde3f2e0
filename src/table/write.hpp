// A table as text for a terminal, as CSV and as JSON. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "table/table.hpp"

namespace rdvc::table {

/// What fits into a terminal.
struct Fit {
    std::optional<std::size_t> width = {}; ///< characters; nothing: all columns
    std::optional<std::size_t> rows = {};  ///< nothing: all of them
    std::string column = {};               ///< stays as long as any other
};

/// Columns with two blanks between. Leaves out what does not fit, and says so in a last line: first
/// the node, the experiment's name and the time, then columns from the right.
std::string as_text(const Table& table, const Fit& fit);

/// A value as a terminal shows it: a long number shorter; `-` if it is missing.
std::string as_text(const Value& value);

/// A value as JSON: `null` if it is missing or a number that JSON does not have.
std::string as_json(const Value& value);

/// RFC 4180: `task,name,state,seconds,node`, then the columns; missing values are empty.
std::string as_csv(const Table& table);

struct Submission {
    std::string token;
    std::string job;
    std::string name;
};

/// `{"token", "job", "name", "tasks": [{"task", "name", "state", "seconds", "node", "params": {},
/// "metrics": {}}]}`. Numbers that JSON does not have (NaN, infinite ones) are null, and so is what
/// is missing.
std::string as_json(const Table& table, const Submission& submission);

} // namespace rdvc::table
