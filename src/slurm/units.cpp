#include "slurm/units.hpp"

#include <array>
#include <vector>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::slurm {

namespace {

constexpr long minute = 60;
constexpr long hour = 3600;
constexpr long day = 86400;
constexpr std::uint64_t kibi = 1024;

} // namespace

std::optional<long> seconds_of(std::string_view time) {
    const auto dash = time.find('-');
    const auto days = dash == std::string_view::npos ? std::optional(0U)
                                                     : base::parse_number(time.substr(0, dash));
    std::vector<long> fields;
    for (const auto& field :
         base::split(dash == std::string_view::npos ? time : time.substr(dash + 1), ':')) {
        const auto number = base::parse_number(field);
        if (!number)
            return std::nullopt;
        fields.push_back(*number);
    }
    if (!days || fields.empty() || fields.size() > 3)
        return std::nullopt;
    // M, M:S, H:M:S; after days H, H:M, H:M:S
    const bool from_hours = dash != std::string_view::npos || fields.size() == 3;
    const std::array<long, 4> units =
        from_hours ? std::array<long, 4>{hour, minute, 1, 0} : std::array<long, 4>{minute, 1, 0, 0};
    long seconds = *days * day;
    for (std::size_t i = 0; i < fields.size(); ++i)
        seconds += fields[i] * units.at(i);
    return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

std::string time_text(long seconds) {
    const auto clock = fmt::format("{:02}:{:02}:{:02}", seconds % day / hour,
                                   seconds % hour / minute, seconds % minute);
    return seconds >= day ? fmt::format("{}-{}", seconds / day, clock) : clock;
}

std::optional<std::uint64_t> mebibytes_of(std::string_view size) {
    constexpr std::string_view units = "MGT";
    std::uint64_t factor = 1;
    bool is_small = false;
    if (size.ends_with('B') || size.ends_with('b'))
        size.remove_suffix(1);
    if (!size.empty()) {
        const auto letter = base::upper(std::string(size.substr(size.size() - 1)));
        is_small = letter == "K";
        const auto at = units.find(letter);
        if (is_small || at != std::string_view::npos) {
            for (std::size_t i = 0; !is_small && i < at; ++i)
                factor *= kibi;
            size.remove_suffix(1);
        }
    }
    constexpr std::size_t most_digits = 12;
    if (size.empty() || size.size() > most_digits ||
        size.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    const std::uint64_t number = std::stoull(std::string(size));
    const auto all = is_small ? (number + kibi - 1) / kibi : number * factor;
    return all > 0 ? std::optional(all) : std::nullopt;
}

std::string size_text(std::uint64_t mebibytes) {
    constexpr std::uint64_t enough = 10; // whole units that are exact enough
    for (const auto& [unit, letter] : {std::pair(kibi * kibi, 'T'), std::pair(kibi, 'G')})
        if (mebibytes % unit == 0 || mebibytes >= enough * unit)
            return fmt::format("{}{}", mebibytes / unit, letter);
    return fmt::format("{}M", mebibytes);
}

} // namespace rdvc::slurm
