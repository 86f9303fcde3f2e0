// Small pure functions on text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdvc::base {

/// The parts of `text` between separators; n separators give n + 1 parts.
std::vector<std::string> split(std::string_view text, char separator);

/// The lines of `text` without their line feeds (a carriage return before one is dropped too); an
/// empty text has none, and a final line feed does not start another line.
std::vector<std::string> lines(std::string_view text);

/// The words of `text`, separated by blanks.
std::vector<std::string> words(std::string_view text);

/// The parts of `line` before and after its first blank; "" if there is nothing.
std::pair<std::string, std::string> key_and_value(std::string_view line);

/// `parts` with `separator` between them.
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The first 20 of `parts` as printable lines, and the number of the others.
std::string first_lines(std::vector<std::string> parts);

/// `text` without blanks, tabs and line ends at both ends.
std::string trim(std::string_view text);

/// `text` with ASCII letters in lower case.
std::string lower(std::string text);

/// `text` with a capital at the beginning and a full stop.
std::string sentence(std::string_view text);

/// `text` with ASCII letters in upper case.
std::string upper(std::string text);

/// `text` safe to print on a terminal: control characters (except tab) and those that change the
/// writing direction become `\xHH`, so that remote text cannot move the cursor, set the title or
/// look like another text.
std::string printable(std::string_view text);

/// The candidate that `word` was probably meant to be (at most 2 edits, fewer for short words).
std::optional<std::string> did_you_mean(std::string_view word,
                                        const std::vector<std::string>& candidates);

/// ", did you mean `X`?" or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// The number of bytes of the well-formed UTF-8 character that `text` starts with, 0 if it starts
/// with none.
std::size_t character_length(std::string_view text);

/// True if `text` is the beginning of one such character.
bool is_cut_character(std::string_view text);

/// True for `0` to `9`, whatever the locale is.
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Two hexadecimal digits for each byte, in lower case.
std::string to_hex(std::string_view bytes);

/// True if every byte is a hexadecimal digit, in lower case.
bool is_hex(std::string_view text);

/// True if every byte is part of well-formed UTF-8.
bool is_utf8(std::string_view text);

/// `text` with every byte outside [A-Za-z0-9._-] turned into `-`; never empty, `.` or `..`.
std::string file_name(std::string_view text);

/// FNV-1a, 32 bits, as 8 hex digits: a short stable name for `text`, not a protection. Source:
/// Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv/.
std::string short_hash(std::string_view text);

/// "1 file", "2 files".
std::string count(std::uint64_t n, std::string_view noun);

/// "0 B", "12 KB", "3.4 MB" (units of 1,000).
std::string bytes(std::uint64_t n);

/// The number of bytes that "500", "20M" or "1G" means (units of 1,000), or nothing.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// The whole number of up to six digits that the text is, or nothing.
std::optional<std::uint32_t> parse_number(std::string_view text);

/// The seconds that "12h", "7d" or "2w" means, or nothing.
std::optional<std::int64_t> parse_age(std::string_view text);

/// `text` as seconds since the epoch; 0 for anything that is not a time.
double parse_time(const std::string& text);

/// "5 s", "3 min", "2 h", "4 d": the largest whole unit of a duration in seconds.
std::string age(std::int64_t seconds);

} // namespace rdvc::base
