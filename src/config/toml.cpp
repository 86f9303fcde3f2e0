#include "config/toml.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <toml++/toml.h>

#include "base/error.hpp"

namespace rdvc::config {

namespace {

// Offset of a toml++ position; its columns count code points.
std::size_t offset(std::string_view text, const toml::source_position& position) {
    std::size_t at = 0;
    if (text.starts_with("\xef\xbb\xbf")) // a byte order mark takes no column
        at = 3;
    for (toml::source_index line = 1; line < position.line; ++line)
        at = text.find('\n', at) + 1;
    for (toml::source_index column = 1; column < position.column && at < text.size(); ++column) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U)
            ++at;
    }
    return at;
}

class Flattener {
  public:
    Flattener(std::string_view text, const std::string& file) : text_(text), file_(file) {}

    void table(const toml::table& table, const std::vector<std::string>& path) {
        for (const auto& [key, node] : table) {
            if (key.str().find('\0') != std::string_view::npos)
                refuse_nul(node);
            auto inner = path;
            inner.emplace_back(key.str());
            if (const auto* nested = node.as_table()) {
                entries.push_back({inner,
                                   {},
                                   node.source().begin.line,
                                   offset(text_, node.source().begin),
                                   0,
                                   true});
                this->table(*nested, inner);
            } else {
                entries.push_back({inner, scalar(node), node.source().begin.line,
                                   offset(text_, node.source().begin),
                                   offset(text_, node.source().end)});
            }
        }
    }

    std::vector<Entry> entries;

  private:
    Scalar scalar(const toml::node& node) {
        if (const auto text = node.value_exact<std::string>())
            return without_nul(*text, node);
        if (const auto flag = node.value_exact<bool>())
            return *flag;
        if (const auto number = node.value_exact<std::int64_t>())
            return fmt::format("{}", *number);
        if (const auto number = node.value_exact<double>())
            return fmt::format("{}", *number);
        const auto* array = node.as_array();
        std::vector<std::string> list;
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            const auto text = (*array)[i].value_exact<std::string>();
            if (!text)
                refuse(node);
            list.push_back(without_nul(*text, node));
        }
        if (array == nullptr)
            refuse(node);
        return list;
    }

    std::string without_nul(const std::string& text, const toml::node& node) const {
        if (text.find('\0') != std::string::npos)
            refuse_nul(node);
        return text;
    }

    // A NUL would end arguments, paths and shell words.
    [[noreturn]] void refuse_nul(const toml::node& node) const {
        throw base::Error(base::Exit::configuration,
                          fmt::format("{}:{}: names and values must not contain `\\u0000`", file_,
                                      node.source().begin.line));
    }

    [[noreturn]] void refuse(const toml::node& node) const {
        throw base::Error(
            base::Exit::configuration,
            fmt::format(
                "{}:{}: a value must be a string, a number, true or false, or a list of strings",
                file_, node.source().begin.line));
    }

    std::string_view text_;
    const std::string& file_;
};

// Each part of a key is a nested table, and the parser is recursive.
void refuse_endless_keys(std::string_view text, const std::string& file) {
    constexpr int most = 100;
    int line = 1;
    int dots = 0;
    char quote = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n') {
            ++line;
            dots = 0;
            quote = 0;
        } else if (quote != 0) {
            at += quote == '"' && c == '\\' ? 1 : 0;
            quote = c == quote ? '\0' : quote;
        } else if (c == '#') {
            at = std::min(text.find('\n', at), text.size()) - 1;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '.' && ++dots > most) {
            throw base::Error(base::Exit::configuration,
                              fmt::format("{}:{}: a key of more than {} parts", file, line, most));
        }
    }
}

void add_leaves(const toml::table& table, const std::string& prefix, std::vector<Leaf>& leaves) {
    for (const auto& [name, node] : table) {
        const auto key = prefix + std::string(name.str());
        if (const auto* inner = node.as_table())
            add_leaves(*inner, key + ".", leaves);
        else if (const auto text = node.value_exact<std::string>())
            leaves.push_back({key, *text, true});
        else if (const auto flag = node.value_exact<bool>())
            leaves.push_back({key, *flag ? "true" : "false"});
        else if (const auto whole = node.value_exact<std::int64_t>())
            leaves.push_back({key, fmt::format("{}", *whole)});
        else if (const auto number = node.value_exact<double>())
            leaves.push_back({key, fmt::format("{}", *number)});
    }
}

} // namespace

std::optional<std::vector<Leaf>> toml_leaves(std::string_view text) {
    try {
        refuse_endless_keys(text, "");
        std::vector<Leaf> leaves;
        add_leaves(toml::parse(text), "", leaves);
        return leaves;
    } catch (const base::Error&) {
        return std::nullopt;
    } catch (const toml::parse_error&) {
        return std::nullopt;
    }
}

std::vector<Entry> parse_toml(std::string_view text, const std::string& file) {
    refuse_endless_keys(text, file);
    Flattener flattener(text, file);
    try {
        flattener.table(toml::parse(text, std::string_view(file)), {});
    } catch (const toml::parse_error& error) {
        throw base::Error(base::Exit::configuration,
                          fmt::format("{}:{}: this is not valid TOML: {}", file,
                                      error.source().begin.line, error.description()));
    }
    std::stable_sort(flattener.entries.begin(), flattener.entries.end(),
                     [](const Entry& a, const Entry& b) { return a.begin < b.begin; });
    return flattener.entries;
}

std::string toml_string(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            result += fmt::format("\\{}", c);
        else if (c == '\n')
            result += "\\n";
        else if (c == '\t')
            result += "\\t";
        else if (byte < 0x20 || byte == 0x7f)
            result += fmt::format("\\u{:04X}", byte);
        else
            result += c;
    }
    return result + "\"";
}

} // namespace rdvc::config
