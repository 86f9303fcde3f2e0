#include "config/edit.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "config/toml.hpp"

namespace rdvc::config {

namespace {

bool is_header(const std::string& line) {
    return base::trim(line).starts_with("[");
}

// True if `line` is this header, with or without a comment.
bool is_header_of(const std::string& line, const std::string& header) {
    const auto text = base::trim(line);
    const auto rest = text.starts_with(header) ? base::trim(text.substr(header.size())) : "-";
    return rest.empty() || rest.front() == '#';
}

// A table's header as written here: keys that are not bare are quoted.
std::string header_for(const std::vector<std::string>& tables) {
    std::vector<std::string> keys;
    for (const auto& key : tables) {
        const bool bare =
            !key.empty() && key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                  "abcdefghijklmnopqrstuvwxyz"
                                                  "0123456789_-") == std::string::npos;
        keys.push_back(bare ? key : toml_string(key));
    }
    return "[" + base::join(keys, ".") + "]";
}

std::string add_line(std::string_view text, const std::string& header, const std::string& line) {
    const std::string line_end = text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
    auto all = base::lines(text);
    const auto table = std::find_if(all.begin(), all.end(), [&](const std::string& candidate) {
        return is_header_of(candidate, header);
    });
    if (table == all.end()) {
        all.insert(all.end(), {"", header, line});
        return base::join(all, line_end) + line_end;
    }
    auto end = std::find_if(table + 1, all.end(), is_header);
    // Blank lines and a comment directly above the next table belong to that table.
    const auto is_value = [](const std::string& candidate) {
        const auto content = base::trim(candidate);
        return !content.empty() && content.front() != '#';
    };
    if (end != all.end())
        while (end != table + 1 && !is_value(*(end - 1)))
            --end;
    all.insert(end, line);
    return base::join(all, line_end) + line_end;
}

// True if `after` equals `before` except for the key `path` and new tables.
bool differs_only_in(const std::vector<std::string>& path, const std::vector<Entry>& before,
                     std::vector<Entry> after) {
    const auto is_new = [&](const Entry& entry) {
        return entry.path == path ||
               (entry.is_table && std::find(before.begin(), before.end(), entry) == before.end());
    };
    const auto added = std::count_if(after.begin(), after.end(),
                                     [&](const Entry& entry) { return entry.path == path; });
    std::erase_if(after, is_new);
    return added == 1 && after.size() == before.size() &&
           std::is_permutation(after.begin(), after.end(), before.begin());
}

} // namespace

std::string set_value(std::string_view text, const std::vector<std::string>& path,
                      const std::string& value, const std::string& file) {
    const auto before = parse_toml(text, file);
    for (const auto& entry : before) {
        if (entry.path == path && !entry.is_table) {
            std::string result(text);
            return result.replace(entry.begin, entry.end - entry.begin, value);
        }
    }
    const std::vector<std::string> tables(path.begin(), path.end() - 1);
    auto result = add_line(text, header_for(tables), fmt::format("{} = {}", path.back(), value));
    bool good = false;
    try {
        good = differs_only_in(path, before, parse_toml(result, file));
    } catch (const base::Error&) {
        good = false; // inline or dotted tables cannot be added to by a line
    }
    if (!good)
        throw base::Error(base::Exit::configuration,
                          fmt::format("{}: cannot add `{} = {}` to {}", file, path.back(), value,
                                      header_for(tables)))
            .hint("add it by hand");
    return result;
}

std::optional<std::string> remove_value(std::string_view text, const std::vector<std::string>& path,
                                        const std::string& file) {
    auto rest = parse_toml(text, file);
    const auto is_it = [&](const Entry& entry) { return entry.path == path && !entry.is_table; };
    const auto entry = std::find_if(rest.begin(), rest.end(), is_it);
    if (entry == rest.end())
        return std::nullopt;
    const auto before = text.rfind('\n', entry->begin);
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    const auto end = std::min(text.find('\n', entry->end), text.size() - 1) + 1;
    auto result = std::string(text.substr(0, begin)) + std::string(text.substr(end));
    rest.erase(entry);
    const auto without_tables = [](std::vector<Entry> entries) {
        std::erase_if(entries, [](const Entry& one) { return one.is_table; });
        return entries;
    };
    bool good = false;
    try {
        good = without_tables(parse_toml(result, file)) == without_tables(rest);
    } catch (const base::Error&) {
        good = false; // the line was part of more
    }
    if (!good)
        throw base::Error(base::Exit::configuration,
                          fmt::format("{}:{}: cannot remove `{}`: other values share its line",
                                      file, entry->line, base::join(path, ".")))
            .hint("rdvc config edit");
    return result;
}

} // namespace rdvc::config
