// `--params FILE`: one experiment a row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sweep/sweep.hpp"

namespace rdvc::sweep {

/// The rows of a file's text. The end of `file` says what it is: `.csv`, `.jsonl` or `.ndjson` (an
/// object a line), `.yaml`, `.yml` or `.json` (a list of maps). Keys are parameters; nested maps
/// become dotted keys. All rows have the keys of the first one, and its order. A cell of CSV is
/// what would follow `KEY=` if that is one value, and otherwise a text.
///
/// Throws Error (usage), with the line, for text that is not UTF-8, a torn row, a missing or empty
/// cell, a key that is no parameter or comes twice, and a file without rows.
std::vector<Row> rows_from_params(std::string_view text, const std::string& file);

} // namespace rdvc::sweep
