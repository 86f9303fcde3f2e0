// params.yaml: the values of an experiment, found by dotted key. Does not know
// which keys there are.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace esol {

class Config {
  public:
    // Both throw Error when the text is not a YAML mapping; `name` is for messages.
    static Config load(const std::filesystem::path& path);
    static Config parse(const std::string& text, std::string name);

    // Each throws Error, naming the key, when it is missing or of another kind.
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] long integer(std::string_view key) const;
    [[nodiscard]] double number(std::string_view key) const;
    [[nodiscard]] std::vector<long> integers(std::string_view key) const;
    [[nodiscard]] std::vector<double> numbers(std::string_view key) const;

    // As `integer`; also throws Error when the value is below `least`.
    [[nodiscard]] long integer_from(std::string_view key, long least) const;

    // Throws Error when the text at `key` is anything but `expected`.
    void require_text(std::string_view key, std::string_view expected) const;

    // An Error about one key: "params.yaml: `key` complaint".
    [[noreturn]] void reject(std::string_view key, std::string_view complaint) const;

  private:
    struct Value {
        bool is_list;
        std::vector<std::string> items;
    };

    [[nodiscard]] const Value& find(std::string_view key) const;
    [[nodiscard]] const std::string& scalar(std::string_view key) const;
    [[nodiscard]] const std::vector<std::string>& list(std::string_view key) const;
    template <typename Number>
    [[nodiscard]] Number convert(std::string_view key, const std::string& item) const;

    std::string name_;
    std::map<std::string, Value, std::less<>> values_;
};

} // namespace esol
