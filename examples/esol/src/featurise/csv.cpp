#include "featurise/csv.hpp"

#include <algorithm>

#include "io/error.hpp"
#include "io/files.hpp"
#include "io/numbers.hpp"

namespace esol {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Throws Error when a quote is not closed.
std::vector<std::string> csv_fields(std::string_view line, const std::string& where) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quoted && line.substr(i).starts_with("\"\"")) {
            fields.back() += line[i++];
        } else if (line[i] == '"') {
            quoted = !quoted;
        } else if (line[i] == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += line[i];
        }
    }
    if (quoted)
        throw Error(where + ": a quote is not closed");
    return fields;
}

std::size_t column_of(const std::vector<std::string>& header, std::string_view column,
                      const std::string& where) {
    const auto found = std::ranges::find(header, column);
    if (found == header.end())
        throw Error(where + ": no column `" + std::string(column) + "`");
    return static_cast<std::size_t>(found - header.begin());
}

} // namespace

std::vector<Molecule> parse_csv(std::string_view text, const std::filesystem::path& name,
                                std::string_view smiles_column, std::string_view target_column) {
    const auto lines = lines_of(text);
    if (lines.empty())
        throw Error(name.string() + ": the file is empty");
    const auto header = csv_fields(lines.front(), place(name, 1));
    const std::size_t smiles_index = column_of(header, smiles_column, place(name, 1));
    const std::size_t target_index = column_of(header, target_column, place(name, 1));

    std::vector<Molecule> molecules;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::string where = place(name, i + 1);
        const auto fields = csv_fields(lines[i], where);
        if (fields.size() != header.size()) {
            throw Error(where + ": expected " + std::to_string(header.size()) + " fields, found " +
                        std::to_string(fields.size()));
        }
        const std::string_view smiles = trim(fields[smiles_index]);
        if (smiles.empty())
            throw Error(where + ": the SMILES is empty");
        const auto target = parse_number<double>(trim(fields[target_index]));
        if (!target)
            throw Error(where + ": the target `" + fields[target_index] +
                        "` is not a finite number");
        molecules.push_back({std::string(smiles), *target, i + 1});
    }
    if (molecules.empty())
        throw Error(name.string() + ": no molecules below the header");
    return molecules;
}

} // namespace esol
