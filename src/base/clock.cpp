#include "base/clock.hpp"

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
