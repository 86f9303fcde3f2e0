// JSON as Python writes it.
#pragma once

#include <string>
#include <string_view>

namespace rdvc::table {

/// `text` with quotes around NaN and Infinity, which Python writes and JSON does not have.
std::string with_quoted_constants(std::string_view text);

} // namespace rdvc::table
