#include "state/details.hpp"

#include "base/text.hpp"
#include "slurm/reports.hpp"

namespace rdvc::state {

std::map<std::string, std::string> job_fields(const std::string& line) {
    const auto begin = line.find(" UserId=");
    const auto end = line.find(" Command=");
    std::map<std::string, std::string> fields;
    if (begin == std::string::npos)
        return fields;
    for (const auto& word :
         base::words(line.substr(begin, end == std::string::npos ? end : end - begin)))
        if (const auto equals = word.find('='); equals != std::string::npos)
            fields.emplace(word.substr(0, equals), base::printable(word.substr(equals + 1)));
    return fields;
}

std::optional<Ran> parse_ran(const std::string& line, const std::string& token) {
    constexpr std::size_t columns = 8;
    const auto parts = base::split(line, '|');
    if (parts.size() < columns || !slurm::is_job_id(parts[0].substr(0, parts[0].find('_'))))
        return std::nullopt;
    if (!parts[7].empty() && !parts[7].starts_with("rdvc:" + token))
        return std::nullopt;
    const auto time = [&](std::size_t i) { return slurm::epoch_of(parts[i]); };
    return Ran{
        base::printable(parts[0]), base::printable(parts[1]), time(2), time(3), time(4), time(5),
        base::printable(parts[6])};
}

} // namespace rdvc::state
