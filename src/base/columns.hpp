// Rows of cells, as a terminal shows them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::base {

/// Columns of a terminal that `text` takes, as far as each character takes one.
std::size_t width_of(std::string_view text);

/// `text`, at most `most` characters of it; `~` stands for those that are left out.
std::string cut(const std::string& text, std::size_t most);

/// Rows of cells as columns with two blanks between; the last column is not padded. Cells are made
/// `printable`.
std::string columns(std::vector<std::vector<std::string>> rows);

/// Which columns of rows there are.
struct Choice {
    std::vector<std::size_t> without;  ///< these are left out
    std::vector<std::size_t> give_way; ///< these, one after the other, if the rows are too wide
    std::optional<std::size_t> width;  ///< nothing is too wide without it
};

/// The same for rows of equal length; lines that are still too wide are cut.
std::string columns(std::vector<std::vector<std::string>> rows, const Choice& choice);

} // namespace rdvc::base
