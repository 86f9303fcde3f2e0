// Rows of cells, as a terminal shows them.
#pragma once

#include <string>
#include <vector>

namespace rdvc::base {

/// Rows of cells as columns with two blanks between; the last column is not padded. Cells are made
/// `printable`.
std::string columns(std::vector<std::vector<std::string>> rows);

} // namespace rdvc::base
