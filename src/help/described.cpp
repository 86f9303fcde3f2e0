#include "help/described.hpp"

#include "base/text.hpp"

namespace rdvc::help {

std::vector<Described> described(const Page& page) {
    std::vector<Described> all;
    for (const auto& section : page.sections)
        for (const auto& row : section.for_completion ? section.rows : std::vector<Row>())
            for (const auto& name : row.names())
                all.push_back(
                    {name, page.is_group ? std::string(group_part) : row.metavar, row.help});
    return all;
}

std::string described_text(const std::vector<Described>& all) {
    std::string text;
    for (const auto& one : all)
        text += one.name + "\t" + one.metavar + "\t" + one.help + "\n";
    return text;
}

std::vector<Described> parse_described(std::string_view text) {
    std::vector<Described> all;
    for (const auto& line : base::lines(text)) {
        const auto parts = base::split(line, '\t');
        if (parts.size() == 3)
            all.push_back({parts[0], parts[1], parts[2]});
    }
    return all;
}

} // namespace rdvc::help
