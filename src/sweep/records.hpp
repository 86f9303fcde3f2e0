// Files of parameters, before their rows are compared with each other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sweep/value.hpp"

namespace rdvc::sweep {

struct Cell {
    std::string key;  ///< `[FILE:]KEY`
    std::string word; ///< `KEY=VALUE`, as Hydra reads it
};

/// One row of a file.
struct Record {
    std::size_t line = 0; ///< from 1
    std::vector<Cell> cells;
};

/// What is wrong with a file, and in which line.
struct BadLine {
    std::size_t line = 0;
    std::string what;
    std::string hint = {};
};

// Each reads a text without byte order mark, and throws BadLine.
std::vector<Record> records_of_csv(std::string_view text);
std::vector<Record> records_of_json_lines(std::string_view text);
std::vector<Record> records_of_yaml(std::string_view text);

/// A parameter with a value that must keep its type and text. Throws BadLine for a key that is no
/// parameter, and for a value that Hydra's grammar cannot express.
Cell cell_of(const std::string& key, const Value& value, std::size_t line);

/// The cells of a map: maps in it become dotted keys.
std::vector<Cell> cells_of(const Dict& map, std::size_t line);

} // namespace rdvc::sweep
