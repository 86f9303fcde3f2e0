#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sweep/grammar.hpp"
#include "sweep/records.hpp"

namespace rdvc::sweep {

namespace {

struct Field {
    std::string text;
    bool is_quoted = false;
};

struct Line {
    std::size_t number = 0; ///< where it starts; a quoted field may have several lines
    std::vector<Field> fields;
};

// CSV as RFC 4180 has it, with any kind of line end, and blanks around fields that are not quoted.
class CsvReader {
  public:
    explicit CsvReader(std::string_view text) : rest_(text) {}

    std::vector<Line> lines() {
        std::vector<Line> all;
        while (!rest_.empty()) {
            if (end_of_line()) // an empty one
                continue;
            Line line{number_, {}};
            do
                line.fields.push_back(field());
            while (take(','));
            if (!rest_.empty() && !end_of_line())
                throw BadLine{number_, "expected `,` after a closing quote"};
            if (line.fields.size() > 1 || line.fields[0].is_quoted || !line.fields[0].text.empty())
                all.push_back(std::move(line));
        }
        return all;
    }

  private:
    bool take(char c) {
        if (!rest_.starts_with(c))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool end_of_line() {
        const bool is_return = take('\r');
        if (!take('\n') && !is_return)
            return false;
        ++number_;
        return true;
    }

    void skip_blanks() {
        while (take(' ') || take('\t')) {
        }
    }

    Field field() {
        skip_blanks();
        if (take('"'))
            return quoted();
        const auto end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
        Field result{base::trim(rest_.substr(0, end)), false};
        if (result.text.find('"') != std::string::npos)
            throw BadLine{number_, "a quote inside a cell that does not begin with one",
                          "put the cell into quotes and write the quote twice"};
        rest_.remove_prefix(end);
        return result;
    }

    Field quoted() {
        const auto start = number_;
        Field result{"", true};
        while (true) {
            const auto end = rest_.find('"');
            if (end == std::string_view::npos)
                throw BadLine{start, "a quote that begins here is not closed"};
            const auto part = rest_.substr(0, end);
            for (std::size_t i = 0; i < part.size(); ++i)
                number_ +=
                    part[i] == '\n' || (part[i] == '\r' && part.substr(i + 1, 1) != "\n") ? 1 : 0;
            result.text += part;
            rest_.remove_prefix(end + 1);
            if (!take('"'))
                break;
            result.text += '"';
        }
        skip_blanks();
        return result;
    }

    std::string_view rest_;
    std::size_t number_ = 1;
};

// What would follow `KEY=`, if that is one value. A list with commas is a text here, because a row
// is one experiment.
Cell cell_of_field(const std::string& key, const Field& field, std::size_t line) {
    if (field.text.empty() && !field.is_quoted)
        throw BadLine{line, fmt::format("the cell of `{}` is empty", key),
                      "write \"\" for an empty text, or null"};
    std::optional<Value> value;
    try {
        value = parse_override("x=" + field.text).value;
        if (value->is_sweep() && split_at_commas(field.text).size() == 1)
            throw BadLine{
                line, fmt::format("the cell of `{}` is a sweep, but a row is one experiment", key)};
        if (value->is_sweep())
            value.reset();
    } catch (const base::Error&) { // a text
    }
    return cell_of(key, value.value_or(Value{field.text}), line);
}

} // namespace

std::vector<Record> records_of_csv(std::string_view text) {
    const auto lines = CsvReader(text).lines();
    std::vector<Record> records;
    if (lines.empty())
        return records;
    const auto& keys = lines[0].fields;
    for (const auto& key : keys)
        if (key.text.find(';') != std::string::npos)
            throw BadLine{lines[0].number, fmt::format("`{}` is no parameter", key.text),
                          "columns are separated by commas"};
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto& line = lines[i];
        if (line.fields.size() != keys.size())
            throw BadLine{line.number,
                          fmt::format("{} instead of {}", base::count(line.fields.size(), "cell"),
                                      keys.size())};
        auto& record = records.emplace_back(Record{line.number, {}});
        for (std::size_t column = 0; column < keys.size(); ++column)
            record.cells.push_back(
                cell_of_field(keys[column].text, line.fields[column], line.number));
    }
    return records;
}

} // namespace rdvc::sweep
