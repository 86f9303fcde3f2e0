#include "base/clock.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <tuple>

#include <fmt/core.h>

namespace rdvc::base {

namespace {

std::string print(const std::tm& time, const char* format) {
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &time)};
}

std::tm local(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::localtime_r(&time, &parts);
    return parts;
}

} // namespace

std::string wall_time(std::int64_t time, std::int64_t now) {
    const auto there = local(time);
    const auto today = local(now);
    const bool same_day = there.tm_year == today.tm_year && there.tm_yday == today.tm_yday;
    return print(there, same_day ? "%H:%M" : "%Y-%m-%d %H:%M");
}

std::string wall_time_exactly(std::int64_t time) {
    return print(local(time), "%Y-%m-%d %H:%M:%S");
}

std::int64_t parse_utc(const std::string& text) {
    std::tm parts{};
    const auto* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return end == nullptr || *end != '\0' ? 0 : static_cast<std::int64_t>(::timegm(&parts));
}

namespace {

// `10m`.
std::optional<std::int64_t> parse_ago(const std::string& text) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::size_t most_digits = 9;
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits > most_digits || digits + 1 != text.size())
        return std::nullopt;
    const std::int64_t number = std::stoll(text.substr(0, digits));
    switch (text.back()) {
    case 's': return number;
    case 'm': return number * minute;
    case 'h': return number * hour;
    case 'd': return number * 24 * hour;
    default: return std::nullopt;
    }
}

} // namespace

std::optional<std::int64_t> parse_when(const std::string& text, std::int64_t now) {
    if (const auto ago = parse_ago(text))
        return -std::max<std::int64_t>(*ago, 1);
    constexpr std::array days = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S",
                                 "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    constexpr std::array times = {"%H:%M:%S", "%H:%M"};
    const auto read = [&](const char* format, std::tm& parts) {
        const auto* end = ::strptime(text.c_str(), format, &parts);
        parts.tm_isdst = -1;
        return end != nullptr && *end == '\0';
    };
    for (const auto* format : days) {
        std::tm parts{};
        const auto day = [&] { return parts.tm_mday; };
        if (!read(format, parts))
            continue;
        const auto wanted = day();
        const auto time = static_cast<std::int64_t>(std::mktime(&parts));
        // mktime makes 1 March of 30 February.
        return day() == wanted && time > 0 ? std::optional(time) : std::nullopt;
    }
    for (const auto* format : times) {
        auto parts = local(now);
        parts.tm_sec = 0;
        if (!read(format, parts))
            continue;
        const auto today = parts;
        auto time = static_cast<std::int64_t>(std::mktime(&parts));
        if (time > now) {
            parts = today;
            --parts.tm_mday;
            time = static_cast<std::int64_t>(std::mktime(&parts));
        }
        return time;
    }
    return std::nullopt;
}

std::string duration(std::int64_t seconds) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    if (seconds < minute)
        return fmt::format("{} s", seconds);
    if (seconds < hour)
        return fmt::format("{} min", seconds / minute);
    const auto [unit, name, part, part_name] =
        seconds < day ? std::tuple{hour, "h", minute, "min"} : std::tuple{day, "d", hour, "h"};
    const auto rest = seconds % unit / part;
    return fmt::format("{} {}", seconds / unit, name) +
           (rest == 0 ? "" : fmt::format(" {} {}", rest, part_name));
}

} // namespace rdvc::base
