#include "sweep/names.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "base/text.hpp"

namespace rdvc::sweep {

namespace {

constexpr std::size_t longest_name = 100;
constexpr std::size_t longest_value = 24;
constexpr std::size_t longest_whole = longest_name - 16; // two numbers can come after it

// `text` with everything turned into `-` that Git's refs, shells' globs or file systems treat in a
// way of their own; several become one.
std::string plain(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') ||
                              std::string_view("._+-").find(c) != std::string_view::npos;
        const char next = is_plain ? c : '-';
        const bool is_repeated =
            !result.empty() && result.back() == next && (next == '.' || !is_plain);
        if (!is_repeated)
            result += next;
    }
    return result;
}

// The text in quotes, or the text without the backslashes of Hydra's grammar.
std::string without_quotes(const std::string& value) {
    const bool is_quoted = value.size() >= 2 && (value[0] == '\'' || value[0] == '"');
    auto text = is_quoted ? value.substr(1, value.size() - 2) : value;
    text.erase(std::remove(text.begin(), text.end(), '\\'), text.end());
    return text;
}

// A long or odd value is cut, with a hash of all of it, so that most differ.
std::string short_value(const std::string& value) {
    constexpr std::size_t kept = 12;
    auto text = plain(without_quotes(value));
    while (text.starts_with('-') && text != "-" && !value.starts_with('-'))
        text.erase(0, 1);
    while (text.ends_with('-') && text.size() > 1)
        text.pop_back();
    if (text.size() <= longest_value)
        return text;
    return text.substr(0, kept) + "-" + base::short_hash(value);
}

// The file is one more part, before the others.
std::size_t count_parts(const std::string& key) {
    const auto path = key.substr(key.find(':') + 1); // all of it without a file
    return base::split(path, '.').size() + (path.size() < key.size() ? 1 : 0);
}

std::string last_parts(const std::string& key, std::size_t n) {
    const auto path_start = key.find(':') + 1;
    auto start = key.size();
    while (n > 0 && start > path_start) {
        const auto dot = key.rfind('.', start - 1);
        start = dot == std::string::npos || dot < path_start ? path_start : dot;
        --n;
    }
    if (n > 0)
        start = 0;
    return plain(std::string_view(key).substr(start > path_start ? start + 1 : start));
}

// Each key by as many of its last parts as tell it from the others: `lr` for
// `model.config.optimizer.lr`.
std::map<std::string, std::string> short_keys(const std::set<std::string>& keys) {
    std::map<std::string, std::string> result;
    for (const auto& key : keys) {
        const auto most = count_parts(key);
        for (std::size_t n = 1; n <= most; ++n) {
            result[key] = last_parts(key, n);
            const auto same =
                std::count_if(keys.begin(), keys.end(), [&](const std::string& other) {
                    return last_parts(other, n) == result[key];
                });
            if (same == 1)
                break;
        }
    }
    return result;
}

// What cannot be at the end of a ref, or at its start.
std::string trimmed(std::string name) {
    constexpr std::string_view lock = ".lock";
    while (name.ends_with('.') || name.ends_with(lock))
        name.resize(name.size() - (name.ends_with('.') ? 1 : lock.size()));
    name.erase(0, std::min(name.find_first_not_of("-."), name.size()));
    return name;
}

std::string name_of(const Combination& combination, const std::string& name,
                    const std::map<std::string, std::string>& keys) {
    std::string values;
    for (const auto& [key, value] : combination.varying)
        values += (values.empty() ? "" : ",") + keys.at(key) + "=" + short_value(value);
    auto whole = name.empty() || values.empty() ? name + values : name + "-" + values;
    if (whole.size() > longest_whole) {
        const auto hash = base::short_hash(whole);
        auto end = longest_whole - hash.size() - 1;
        while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xc0U) == 0x80U)
            --end; // not inside a character
        whole = whole.substr(0, end) + "-" + hash;
    }
    return trimmed(whole);
}

std::vector<std::string> of_values(const std::vector<Combination>& combinations,
                                   const std::string& name) {
    std::set<std::string> keys;
    for (const auto& combination : combinations)
        for (const auto& setting : combination.varying)
            keys.insert(setting.key);
    const auto short_ones = short_keys(keys);
    std::vector<std::string> all;
    for (const auto& combination : combinations)
        all.push_back(name_of(combination, name, short_ones));
    return all;
}

std::string numbered(const std::string& name, std::size_t number) {
    return (name.empty() ? "" : name + "-") + std::to_string(number);
}

} // namespace

std::vector<std::string> names(const std::vector<Combination>& combinations,
                               const std::string& name, Naming naming) {
    auto all = naming == Naming::values ? of_values(combinations, name)
                                        : std::vector<std::string>(combinations.size(), name);
    std::map<std::string, std::size_t> uses;
    for (const auto& one : all)
        ++uses[base::lower(one)];
    std::set<std::string> taken;
    for (const auto& [one, times] : uses)
        if (times == 1)
            taken.insert(one);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (naming == Naming::values && !all[i].empty() && uses[base::lower(all[i])] == 1)
            continue;
        auto unique = numbered(all[i], i + 1);
        while (!taken.insert(base::lower(unique)).second) // another one is called so
            unique = numbered(unique, i + 1);
        all[i] = unique;
    }
    return all;
}

} // namespace rdvc::sweep
