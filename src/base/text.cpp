#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

#include <fmt/core.h>

namespace rdvc::base {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string> lines(std::string_view text) {
    if (text.empty())
        return {};
    if (text.back() == '\n')
        text.remove_suffix(1);
    auto result = split(text, '\n');
    for (auto& line : result)
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
    return result;
}

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> result;
    std::string word;
    for (const char c : text) {
        if (c != ' ' && c != '\t' && c != '\n') {
            word += c;
        } else if (!word.empty()) {
            result.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty())
        result.push_back(std::move(word));
    return result;
}

std::pair<std::string, std::string> key_and_value(std::string_view line) {
    const auto blank = line.find(' ');
    return {std::string(line.substr(0, blank)),
            blank == std::string_view::npos ? "" : std::string(line.substr(blank + 1))};
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string result;
    for (const auto& part : parts) {
        if (&part != &parts.front())
            result += separator;
        result += part;
    }
    return result;
}

std::string first_lines(std::vector<std::string> parts) {
    constexpr std::size_t most = 20;
    const auto total = parts.size();
    if (total > most)
        parts.resize(most);
    for (auto& part : parts)
        part = printable(part);
    if (total > most)
        parts.push_back(fmt::format("and {} more", total - most));
    return join(parts, "\n");
}

std::string trim(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

namespace {

// The length of a UTF-8 sequence, by its first byte; 0 if none starts with it.
std::size_t length_after(unsigned lead) {
    return lead < 0x80                   ? 1
           : lead >= 0xc2 && lead < 0xe0 ? 2
           : lead >= 0xe0 && lead < 0xf0 ? 3
           : lead >= 0xf0 && lead < 0xf5 ? 4
                                         : 0;
}

// True if the sequence is well-formed as far as it goes. Source: The Unicode Standard, table 3-7.
bool is_well_formed(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
    for (std::size_t i = 1; i < sequence.size(); ++i)
        if ((byte(i) & 0xc0U) != 0x80U)
            return false;
    if (sequence.size() < 2)
        return true;
    const unsigned lead = byte(0);
    const unsigned second = byte(1);
    return !((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second >= 0xa0) ||
             (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second >= 0x90));
}

// C0 except tab, DEL, and C1, some of which terminals obey; and characters that change the writing
// direction (U+202A to U+202E, U+2066 to U+2069), which make a text look like another.
bool is_control(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
    if (sequence.size() == 2)
        return byte(0) == 0xc2 && byte(1) < 0xa0;
    if (sequence.size() == 3)
        return byte(0) == 0xe2 && ((byte(1) == 0x80 && byte(2) >= 0xaa && byte(2) <= 0xae) ||
                                   (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9));
    return (byte(0) < 0x20 && sequence[0] != '\t') || byte(0) == 0x7f;
}

} // namespace

std::size_t character_length(std::string_view text) {
    const auto length = text.empty() ? 0 : length_after(static_cast<unsigned char>(text[0]));
    return length <= text.size() && is_well_formed(text.substr(0, length)) ? length : 0;
}

bool is_cut_character(std::string_view text) {
    return !text.empty() && text.size() < length_after(static_cast<unsigned char>(text[0])) &&
           is_well_formed(text);
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string sentence(std::string_view text) {
    return upper(std::string(text.substr(0, 1))) +
           std::string(text.substr(std::min<std::size_t>(1, text.size()))) + ".";
}

std::string upper(std::string text) {
    for (auto& c : text)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return text;
}

std::string printable(std::string_view text) {
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
    std::string result;
    while (!text.empty()) {
        const auto* end = std::find_if_not(text.begin(), text.end(), is_plain);
        if (end != text.begin()) { // most of most texts
            result.append(text.begin(), end);
            text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
            continue;
        }
        const auto length = character_length(text);
        const auto sequence = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0 || is_control(sequence))
            for (const char c : sequence)
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            result += sequence;
        text.remove_prefix(sequence.size());
    }
    return result;
}

namespace {

// Optimal string alignment distance: insert, delete, replace, swap neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        d[i][0] = i;
    std::iota(d[0].begin(), d[0].end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

} // namespace

std::optional<std::string> did_you_mean(std::string_view word,
                                        const std::vector<std::string>& candidates) {
    std::optional<std::string> best;
    std::size_t best_distance = word.size() < 5 ? 2 : 3; // one more than accepted
    for (const auto& candidate : candidates) {
        if (std::max(word.size(), candidate.size()) >=
            std::min(word.size(), candidate.size()) + best_distance)
            continue; // so many edits at least
        const auto edits = distance(word, candidate);
        if (edits < best_distance) {
            best = candidate;
            best_distance = edits;
        }
    }
    return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
    const auto best = did_you_mean(word, candidates);
    return best ? fmt::format(", did you mean `{}`?", *best) : "";
}

std::string to_hex(std::string_view bytes) {
    std::string hex;
    for (const char byte : bytes)
        hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return hex;
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto length = character_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string file_name(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        result += plain ? c : '-';
    }
    if (result.empty() || result.front() == '.' || result.front() == '-')
        result = "p" + result;
    return result;
}

std::string short_hash(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return fmt::format("{:08x}", hash);
}

std::string count(std::uint64_t n, std::string_view noun) {
    return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string bytes(std::uint64_t n) {
    constexpr std::array<std::string_view, 5> units = {"B", "KB", "MB", "GB", "TB"};
    auto value = static_cast<double>(n);
    std::size_t unit = 0;
    while (value >= (unit == 0 ? 1000 : 999.5) && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return unit > 0 && value < 9.95 ? fmt::format("{:.1f} {}", value, units.at(unit))
                                    : fmt::format("{:.0f} {}", value, units.at(unit));
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr std::string_view units = "KMGT";
    std::uint64_t factor = 1;
    if (!text.empty()) {
        if (const auto unit = units.find(text.back()); unit != std::string_view::npos) {
            for (std::size_t i = 0; i <= unit; ++i)
                factor *= 1000;
            text.remove_suffix(1);
        }
    }
    constexpr std::size_t most_digits = 6; // a million TB is below 2^64
    if (text.empty() || text.size() > (factor == 1 ? 18 : most_digits) ||
        text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    return std::stoull(std::string(text)) * factor;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
    constexpr std::size_t most_digits = 6;
    if (text.empty() || text.size() > most_digits ||
        text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    return static_cast<std::uint32_t>(std::stoul(std::string(text)));
}

std::optional<std::int64_t> parse_age(std::string_view text) {
    constexpr std::size_t most_digits = 5;
    constexpr std::int64_t hour = 3600;
    if (text.size() < 2 || text.size() > most_digits + 1)
        return std::nullopt;
    const auto unit = std::string_view("hdw").find(text.back());
    text.remove_suffix(1);
    if (unit == std::string_view::npos ||
        text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    constexpr std::int64_t day = 24 * hour;
    constexpr std::array<std::int64_t, 3> units = {hour, day, 7 * day};
    return std::stoll(std::string(text)) * units.at(unit);
}

double parse_time(const std::string& text) {
    constexpr double latest = 1e11; // the year 5138
    const double time = std::strtod(text.c_str(), nullptr);
    return time >= 0 && time <= latest ? time : 0; // false for anything but a number
}

std::string age(std::int64_t seconds) {
    if (seconds < 120)
        return fmt::format("{} s", seconds);
    constexpr std::int64_t hour = 3600;
    if (seconds < 2 * hour)
        return fmt::format("{} min", seconds / 60);
    if (seconds < 48 * hour)
        return fmt::format("{} h", seconds / hour);
    return fmt::format("{} d", seconds / (24 * hour));
}

} // namespace rdvc::base
