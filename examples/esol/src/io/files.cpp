#include "io/files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include "io/error.hpp"

namespace esol {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
    throw Error(path.string() + ": " + what + ": " + std::strerror(errno));
}

} // namespace

std::string read_file(const std::filesystem::path& path) {
    // A folder opens like a file and then reads as empty.
    if (std::filesystem::is_directory(path))
        throw Error(path.string() + ": is a folder, not a file");
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        fail(path, "cannot read");
    std::string content(std::istreambuf_iterator<char>(stream), {});
    if (stream.bad())
        fail(path, "cannot read");
    return content;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
    std::error_code error;
    if (path.has_parent_path()) {
        std::filesystem::create_directories(path.parent_path(), error);
        if (error)
            throw Error(path.parent_path().string() +
                        ": cannot make the folder: " + error.message());
    }
    std::filesystem::path draft = path;
    draft += ".draft";
    std::ofstream stream(draft, std::ios::binary | std::ios::trunc);
    stream.write(content.data(), static_cast<std::streamsize>(content.size()));
    stream.close();
    if (!stream)
        fail(path, "cannot write");
    std::filesystem::rename(draft, path, error);
    if (error)
        throw Error(path.string() + ": cannot write: " + error.message());
}

void append_line(const std::filesystem::path& path, std::string_view line) {
    std::ofstream stream(path, std::ios::binary | std::ios::app);
    stream << std::string(line) + '\n';
    stream.close();
    if (!stream)
        fail(path, "cannot write");
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        lines.push_back(line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

std::vector<std::string_view> fields_of(std::string_view line, char separator) {
    std::vector<std::string_view> fields;
    for (;;) {
        const std::size_t end = line.find(separator);
        fields.push_back(line.substr(0, end));
        if (end == std::string_view::npos)
            return fields;
        line.remove_prefix(end + 1);
    }
}

std::string place(const std::filesystem::path& path, std::size_t line) {
    return path.string() + ":" + std::to_string(line);
}

} // namespace esol
