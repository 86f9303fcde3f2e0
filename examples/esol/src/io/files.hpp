// Whole files in and out.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace esol {

// Throws Error when the file cannot be read.
std::string read_file(const std::filesystem::path& path);

// Makes the folders above, writes a file beside the target and renames it, so
// that nobody ever reads half a file. Throws Error when that fails.
void write_file(const std::filesystem::path& path, std::string_view content);

// Adds one line (given without its end) to a file that exists. Throws Error.
void append_line(const std::filesystem::path& path, std::string_view line);

// The lines of a text without their ends (LF or CR LF). The views live as long
// as the text.
std::vector<std::string_view> lines_of(std::string_view text);

// The fields of a line between separators; at least one.
std::vector<std::string_view> fields_of(std::string_view line, char separator);

// "file:line" for messages; lines count from 1.
std::string place(const std::filesystem::path& path, std::size_t line);

} // namespace esol
