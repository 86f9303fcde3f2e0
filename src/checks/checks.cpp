#include "checks/checks.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::checks {

std::string_view word_of(Level level) {
    constexpr std::array<std::string_view, 3> words = {"ok", "warning", "error"};
    return words.at(static_cast<std::size_t>(level));
}

std::optional<std::pair<int, int>> find_version(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::size_t end = i;
        while (end < text.size() && end - i < 6 && base::is_digit(text[end]))
            ++end;
        if (end > i && end + 1 < text.size() && text[end] == '.' && base::is_digit(text[end + 1])) {
            const std::string rest(text.substr(i, 14));
            char* after = nullptr;
            const auto major = std::strtol(rest.c_str(), &after, 10);
            const auto minor = std::strtol(after + 1, nullptr, 10);
            return std::pair{static_cast<int>(major), static_cast<int>(minor)};
        }
        i = std::max(i, end);
    }
    return std::nullopt;
}

Check check_version(const std::string& name, const std::string& text, std::pair<int, int> least,
                    Level level, const std::string& advice) {
    const auto version = find_version(text);
    if (version && *version >= least)
        return {Level::ok, name, text};
    return {level, name, text.empty() ? "prints no version" : text, advice};
}

Check check_space(const std::string& name, const std::string& place, std::uint64_t free,
                  std::uint64_t least) {
    const auto found = fmt::format("{} free in {}", base::bytes(free), place);
    if (free >= least)
        return {Level::ok, name, found};
    constexpr std::uint64_t nothing = 1'000'000;
    return {free < nothing ? Level::error : Level::warning, name, found, "make room there"};
}

} // namespace rdvc::checks
