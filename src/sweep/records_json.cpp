#include <optional>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "sweep/records.hpp"

namespace rdvc::sweep {

namespace {

// Makes a Value of the parser's events: a tree of nlohmann::json would lose keys that come twice,
// and digits.
class JsonReader : public nlohmann::json_sax<nlohmann::json> {
  public:
    JsonReader(std::size_t line, std::size_t size) : line_(line), size_(size) {}

    [[nodiscard]] const Value& result() const { return *result_; }

    bool null() override { return add({Null{}}); }
    bool boolean(bool value) override { return add({value}); }
    bool number_integer(number_integer_t value) override {
        return add({Integer{std::to_string(value)}});
    }
    bool number_unsigned(number_unsigned_t value) override {
        return add({Integer{std::to_string(value)}});
    }
    bool number_float(number_float_t value, const string_t& text) override {
        const auto integer = parse_integer(text); // of more than 64 bits
        return add(integer ? Value{*integer} : Value{value});
    }
    bool string(string_t& value) override { return add({std::string(value)}); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open({Dict{}}); }
    bool key(string_t& name) override {
        for (const auto& other : std::get<Dict>(open_.back().data).keys)
            if (std::get<std::string>(other.data) == name)
                throw BadLine{line_, fmt::format("`{}` is given twice", name)};
        std::get<Dict>(open_.back().data).keys.push_back({std::string(name)});
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open({List{}}); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception&) override {
        throw BadLine{line_, position > size_
                                 ? "the row ends too early"
                                 : fmt::format("column {}: this is not JSON", position)};
    }

  private:
    bool open(Value value) {
        constexpr std::size_t deepest = 50;
        if (open_.size() >= deepest)
            throw BadLine{line_, fmt::format("values are nested more than {} deep", deepest)};
        open_.push_back(std::move(value));
        return true;
    }

    bool close() {
        auto value = std::move(open_.back());
        open_.pop_back();
        return add(std::move(value));
    }

    bool add(Value value) {
        if (open_.empty())
            result_ = std::move(value);
        else if (auto* list = std::get_if<List>(&open_.back().data))
            list->push_back(std::move(value));
        else
            std::get<Dict>(open_.back().data).values.push_back(std::move(value));
        return true;
    }

    std::size_t line_;
    std::size_t size_;
    std::vector<Value> open_;
    std::optional<Value> result_;
};

} // namespace

std::vector<Record> records_of_json_lines(std::string_view text) {
    std::vector<Record> records;
    std::size_t number = 0;
    for (const auto& line : base::lines(text)) {
        ++number;
        if (base::trim(line).empty())
            continue;
        JsonReader reader(number, line.size());
        nlohmann::json::sax_parse(line, &reader);
        const auto* map = reader.result().as<Dict>();
        if (map == nullptr)
            throw BadLine{number, "expected an object: {\"KEY\": VALUE, ...}"};
        records.push_back({number, cells_of(*map, number)});
    }
    return records;
}

} // namespace rdvc::sweep
