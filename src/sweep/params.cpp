#include "sweep/params.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sweep/grammar.hpp"
#include "sweep/records.hpp"

namespace rdvc::sweep {

namespace {

struct Format {
    std::string_view suffix;
    std::vector<Record> (*read)(std::string_view text);
};

constexpr std::array<Format, 6> formats = {{
    {".csv", records_of_csv},
    {".jsonl", records_of_json_lines},
    {".ndjson", records_of_json_lines},
    {".yaml", records_of_yaml},
    {".yml", records_of_yaml},
    {".json", records_of_yaml}, // JSON is YAML
}};

const Format& format_of(const std::string& file) {
    const auto lower = base::lower(file);
    const auto* found = std::find_if(formats.begin(), formats.end(), [&](const Format& format) {
        return lower.ends_with(format.suffix);
    });
    if (found == formats.end())
        throw base::Error(
            base::Exit::usage,
            fmt::format("`--params {}`: the file's name does not say its format", file))
            .context("it must end in .csv, .jsonl, .ndjson, .yaml, .yml or .json");
    return *found;
}

std::size_t line_at(std::string_view text, std::size_t byte) {
    return static_cast<std::size_t>(
               std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n')) +
           1;
}

// UTF-16 has NUL bytes, or begins with bytes that UTF-8 never has.
void check_encoding(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto size = base::character_length(text.substr(i));
        if (size == 0 || text[i] == '\0')
            throw BadLine{line_at(text, i), "the text is not UTF-8",
                          "convert it: iconv -f ENCODING -t UTF-8; spreadsheets can save as UTF-8"};
        i += size;
    }
}

// A row has the keys of the first one, perhaps in another order.
Row row_like(const Record& first, const Record& record, const std::string& file) {
    Row row{fmt::format("{}:{}", file, record.line), {}};
    const auto find = [](const Record& in, const std::string& key) {
        return std::find_if(in.cells.begin(), in.cells.end(),
                            [&key](const Cell& cell) { return cell.key == key; });
    };
    for (const auto& cell : record.cells)
        if (find(first, cell.key) == first.cells.end())
            throw BadLine{record.line, fmt::format("`{}` is not in the first row, line {}",
                                                   cell.key, first.line)};
    for (const auto& cell : first.cells) {
        const auto found = find(record, cell.key);
        if (found == record.cells.end())
            throw BadLine{record.line,
                          fmt::format("`{}` is missing, which the first row has, line {}", cell.key,
                                      first.line)};
        row.overrides.push_back(found->word);
    }
    return row;
}

void check_keys(const Record& record) {
    std::set<std::string> seen;
    for (const auto& cell : record.cells)
        if (!seen.insert(cell.key).second)
            throw BadLine{record.line, fmt::format("`{}` is given twice", cell.key)};
    if (record.cells.empty())
        throw BadLine{record.line, "the row has no parameters"};
}

// The same value for an experiment; quotes are no part of it.
bool is_same(const Value& one, const Value& other) {
    const auto* quoted = one.as<Quoted>();
    const auto* other_quoted = other.as<Quoted>();
    if (quoted != nullptr || other_quoted != nullptr) {
        const auto* text = quoted != nullptr ? &quoted->text : one.as<std::string>();
        const auto* other_text =
            other_quoted != nullptr ? &other_quoted->text : other.as<std::string>();
        return text != nullptr && other_text != nullptr && *text == *other_text;
    }
    const auto are_same = [](const List& mine, const List& theirs) {
        return std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), is_same);
    };
    if (const auto* mine = one.as<List>(), *theirs = other.as<List>();
        mine != nullptr && theirs != nullptr)
        return are_same(*mine, *theirs);
    if (const auto* mine = one.as<Dict>(), *theirs = other.as<Dict>();
        mine != nullptr && theirs != nullptr)
        return are_same(mine->keys, theirs->keys) && are_same(mine->values, theirs->values);
    return one.data.index() == other.data.index() && text_of(one) == text_of(other);
}

// Text as a word where Hydra reads that as this text, otherwise in quotes.
Value written(const Value& value) {
    if (const auto* list = value.as<List>()) {
        List values;
        for (const auto& element : *list)
            values.push_back(written(element));
        return {values};
    }
    if (const auto* dict = value.as<Dict>()) {
        Dict result{dict->keys, {}};
        for (const auto& element : dict->values)
            result.values.push_back(written(element));
        return {result};
    }
    const auto* text = value.as<std::string>();
    if (text == nullptr)
        return value;
    try {
        const auto word = parse_override("x=" + *text);
        if (!text->empty() && text_of(value) == *text && is_same(*word.value, value) &&
            word.value->as<Quoted>() == nullptr)
            return value;
    } catch (const base::Error&) { // not a word
    }
    return {Quoted{*text, '\''}};
}

} // namespace

Cell cell_of(const std::string& key, const Value& value, std::size_t line) {
    Override override;
    try {
        override = parse_override(key + "=0");
    } catch (const base::Error&) {
        throw BadLine{line, fmt::format("`{}` is no parameter", key)};
    }
    if (override.change == Change::remove || override.word != override.with("0"))
        throw BadLine{line, fmt::format("`{}` is no parameter", key)};
    const auto word = override.with(text_of(written(value)));
    try {
        if (is_same(*parse_override(word).value, value))
            return {override.name(), word};
    } catch (const base::Error&) { // told below
    }
    throw BadLine{line, fmt::format("the value of `{}` cannot be written in Hydra's grammar", key)};
}

namespace {

void add_cells(const Dict& map, const std::string& prefix, std::size_t line,
               std::vector<Cell>& cells) {
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
        const auto* name = map.keys[i].as<std::string>();
        const auto key = prefix + (name != nullptr ? *name : text_of(map.keys[i]));
        const auto* inner = map.values[i].as<Dict>();
        if (inner != nullptr && !inner->keys.empty())
            add_cells(*inner, key + ".", line, cells);
        else
            cells.push_back(cell_of(key, map.values[i], line));
    }
}

} // namespace

std::vector<Cell> cells_of(const Dict& map, std::size_t line) {
    std::vector<Cell> cells;
    add_cells(map, "", line, cells);
    return cells;
}

std::vector<Row> rows_from_params(std::string_view text, const std::string& file) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    const auto& format = format_of(file);
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    try {
        check_encoding(text);
        const auto records = format.read(text);
        if (records.empty())
            throw BadLine{1, "the file has no rows"};
        std::vector<Row> rows;
        for (const auto& record : records) {
            check_keys(record);
            rows.push_back(row_like(records[0], record, file));
        }
        return rows;
    } catch (const BadLine& bad) {
        throw base::Error(base::Exit::usage, fmt::format("{}:{}: {}", file, bad.line, bad.what))
            .hint(bad.hint);
    }
}

} // namespace rdvc::sweep
