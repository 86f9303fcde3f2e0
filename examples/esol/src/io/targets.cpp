#include "io/targets.hpp"

#include "io/error.hpp"
#include "io/files.hpp"
#include "io/numbers.hpp"

namespace esol {
namespace {

constexpr std::string_view kHeader = "id\tsmiles\ttarget";

} // namespace

std::string to_tsv(const std::vector<Target>& targets) {
    std::string text = std::string(kHeader) + "\n";
    for (const Target& target : targets) {
        text += target.id + "\t" + target.smiles + "\t" + format_number(target.value) + "\n";
    }
    return text;
}

std::vector<Target> parse_targets(std::string_view text, const std::filesystem::path& name) {
    const auto lines = lines_of(text);
    if (lines.empty() || lines.front() != kHeader)
        throw Error(place(name, 1) + ": the header must be id, smiles, target");

    std::vector<Target> targets;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto fields = fields_of(lines[i], '\t');
        const auto value = fields.size() == 3 ? parse_number<double>(fields[2]) : std::nullopt;
        if (!value)
            throw Error(place(name, i + 1) + ": expected id, SMILES and a number between tabs");
        targets.push_back({std::string(fields[0]), std::string(fields[1]), *value});
    }
    return targets;
}

} // namespace esol
