#include "submission/again.hpp"

#include <algorithm>
#include <limits>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::submission {

namespace {

// As slurm::header_line has quoted it.
std::string unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"')
        return std::string(text);
    std::string plain;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size())
            ++i;
        plain += text[i];
    }
    return plain;
}

std::optional<SbatchOption> option_in(std::string_view text,
                                      const std::vector<std::string_view>& names) {
    std::optional<SbatchOption> found;
    for (const auto& line : base::lines(text)) {
        constexpr std::string_view mark = "#SBATCH --";
        if (!line.starts_with('#'))
            break;
        if (!line.starts_with(mark))
            continue;
        const auto equals = std::min(line.find('='), line.size());
        const auto name = line.substr(mark.size(), equals - mark.size());
        if (std::find(names.begin(), names.end(), name) == names.end())
            continue;
        found = {name, std::nullopt};
        if (equals < line.size())
            found->second = unquoted(std::string_view(line).substr(equals + 1));
    }
    return found;
}

} // namespace

std::optional<SbatchOption> last_option(const LastHeader& header,
                                        const std::vector<std::string_view>& names) {
    auto found = option_in(header.replaced, names);
    return found ? found : option_in(header.script, names);
}

std::optional<unsigned> factor_of(std::string_view value) {
    constexpr unsigned most = 100;
    if (!value.starts_with("x"))
        return std::nullopt;
    const auto factor = base::parse_number(std::string(value.substr(1)));
    return factor && *factor >= 2 && *factor <= most ? factor : std::nullopt;
}

std::optional<std::string> multiplied(std::string_view size, unsigned factor) {
    const auto digits = std::min(size.find_first_not_of("0123456789"), size.size());
    const auto unit = size.substr(digits);
    const auto number = base::parse_number(std::string(size.substr(0, digits)));
    const bool is_unit =
        unit.empty() ||
        (unit.size() <= 2 &&
         std::string_view("KMGTkmgt").find(unit.front()) != std::string_view::npos &&
         (unit.size() == 1 || unit.back() == 'B' || unit.back() == 'b'));
    if (!number || *number == 0 || !is_unit ||
        *number > std::numeric_limits<unsigned>::max() / factor)
        return std::nullopt;
    return fmt::format("{}{}", *number * factor, unit);
}

} // namespace rdvc::submission
