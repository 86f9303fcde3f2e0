#include "table/live.hpp"

#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace rdvc::table {

namespace {

constexpr std::string_view start = "rdvc-live 1 ";
constexpr std::size_t longest_header = 64;
constexpr std::size_t most = 64'000'000; // bytes of one record

std::optional<std::size_t> parse_size(std::string_view text) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size() || size > most)
        return std::nullopt;
    return size;
}

} // namespace

std::vector<LiveFile> LiveRecord::files() const {
    std::vector<LiveFile> files;
    std::string_view rest = body;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const auto [verb, line] = base::key_and_value(rest.substr(0, end));
        const auto [word, path] = base::key_and_value(line);
        std::uint64_t whole = 0;
        std::from_chars(word.data(), word.data() + word.size(), whole);
        const auto size = parse_size(word);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (verb == "large" && !path.empty()) {
            files.push_back({path, "", whole, true});
        } else if (verb == "file" && !path.empty() && size && *size < rest.size()) {
            files.push_back({path, std::string(rest.substr(0, *size)), *size});
            rest.remove_prefix(*size + 1);
        } else {
            break;
        }
    }
    return files;
}

void LiveReader::feed(std::string_view bytes) {
    held_ += bytes;
    std::string_view rest = held_;
    while (take_one(rest)) {
    }
    held_.erase(0, held_.size() - rest.size());
}

// False if more bytes are needed.
bool LiveReader::take_one(std::string_view& rest) {
    const auto end = rest.substr(0, longest_header).find('\n');
    if (end == std::string_view::npos && rest.size() < longest_header)
        return false;
    const auto header = rest.substr(0, end == std::string_view::npos ? 0 : end);
    const auto words = header.starts_with(start) ? base::split(header.substr(start.size()), ' ')
                                                 : std::vector<std::string>();
    const auto task = words.size() == 3 ? base::parse_number(words[1]) : std::nullopt;
    const auto size = words.size() == 3 ? parse_size(words[2]) : std::nullopt;
    if (!task || !size) { // goes on where the next one seems to begin
        is_damaged_ = true;
        const auto next = rest.find(start, 1);
        rest.remove_prefix(next == std::string_view::npos ? rest.size() : next);
        return !rest.empty();
    }
    if (rest.size() - end - 1 < *size)
        return false;
    on_record_({words[0], *task, std::string(rest.substr(end + 1, *size))});
    rest.remove_prefix(end + 1 + *size);
    return true;
}

} // namespace rdvc::table
