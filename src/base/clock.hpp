// Times as a person reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rdvc::base {

/// `time` (seconds since the epoch) as this machine's clock on the wall shows it: "14:20" on the
/// day of `now`, else "2024-03-11 14:20".
std::string wall_time(std::int64_t time, std::int64_t now);

/// The same with seconds, always with the day.
std::string wall_time_exactly(std::int64_t time);

/// The seconds since the epoch of an ISO 8601 time in UTC, `2024-03-11T12:00:00Z`; 0 for anything
/// else.
std::int64_t parse_utc(const std::string& text);

/// What a person means by `10m` (so long ago; s, m, h or d), by `14:20` (the last time that it
/// was 14:20), `2026-11-30` or `2026-11-30T14:20`, by this machine's clock and zone; times may have
/// seconds. In seconds since the epoch, or below 0: before now. Nothing for anything else.
std::optional<std::int64_t> parse_when(const std::string& text, std::int64_t now);

/// A duration in its two largest units: "45 s", "5 min", "2 h 5 min", "3 d 4 h".
std::string duration(std::int64_t seconds);

} // namespace rdvc::base
