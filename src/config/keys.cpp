#include "config/keys.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"
#include "slurm/options.hpp"

namespace rdvc::config {

using base::Error;
using base::Exit;

namespace {

bool has_name(std::string_view table) {
    return table == "clusters" || table == "instances";
}

// The row of the table of settings; null for an option of sbatch and for `include`.
const Setting* setting_of(const std::vector<std::string>& path) {
    const auto table = path.front() == "clusters" ? "cluster" : path.front();
    return path.size() < 2 ? nullptr : find_setting(table + "." + path.back());
}

bool takes_sbatch_options(const std::vector<std::string>& path) {
    return path.front() == "run" || path.front() == "instances";
}

// Everything that may stand where `path` stands.
std::vector<std::string> known_keys(const std::vector<std::string>& path) {
    std::vector<std::string> keys = {"include"};
    for (const auto& setting : settings())
        keys.emplace_back(setting.key);
    const auto name = path.size() == 3 && !path[1].empty() ? path[1] : "NAME";
    const auto add = [&](std::string_view key) {
        keys.push_back(path.front() + (has_name(path.front()) ? "." + name : "") + "." +
                       std::string(key));
    };
    if (path.front() == "clusters")
        for (const auto& setting : settings())
            if (setting.key.starts_with("cluster.") && setting.key != "cluster.default")
                add(setting.key.substr(setting.key.find('.') + 1));
    if (takes_sbatch_options(path))
        for (const auto& option : slurm::options())
            add(option.name);
    return keys;
}

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos &&
           text.size() < 10 && (text == "0" || text.front() != '0');
}

std::string list_source(const std::vector<std::string>& words) {
    std::vector<std::string> quoted;
    std::transform(words.begin(), words.end(), std::back_inserter(quoted), toml_string);
    return "[" + base::join(quoted, ", ") + "]";
}

} // namespace

std::string key_text(const std::vector<std::string>& path) {
    return base::join(path, ".");
}

std::vector<std::string> parse_key(std::string_view key) {
    if (key == "include")
        return {"include"};
    auto path = base::split(key, '.');
    if (has_name(path.front()) && path.size() > 3) {
        const std::vector<std::string> name(path.begin() + 1, path.end() - 1);
        path = {path.front(), key_text(name), path.back()};
    }
    const bool is_whole = path.size() == (has_name(path.front()) ? 3U : 2U) &&
                          std::none_of(path.begin(), path.end(),
                                       [](const std::string& part) { return part.empty(); });
    const auto* option = takes_sbatch_options(path) ? slurm::find_option(path.back()) : nullptr;
    if (is_whole && (setting_of(path) != nullptr || option != nullptr))
        return path;
    throw Error(Exit::usage,
                fmt::format("unknown setting `{}`{}", key, base::suggestion(key, known_keys(path))))
        .hint("rdvc config list --all");
}

std::string value_source(const std::vector<std::string>& path,
                         const std::vector<std::string>& words) {
    const auto* setting = setting_of(path);
    const auto& word = words.front();
    if (setting != nullptr && setting->kind == Kind::list)
        return words.size() == 1 && word.starts_with("[") ? word : list_source(words);
    if (words.size() > 1)
        throw Error(Exit::usage, fmt::format("`{}` takes one value", key_text(path)))
            .hint("quote a value that has blanks");
    const bool is_text = path.size() == 1 || (setting != nullptr && setting->kind == Kind::text);
    if (is_text)
        return toml_string(word);
    if ((word == "true" || word == "false") && setting == nullptr)
        return word;
    if (setting != nullptr && setting->kind == Kind::flag)
        for (const auto& [flag, source] : {std::pair("true", "true"),
                                           {"yes", "true"},
                                           {"1", "true"},
                                           {"false", "false"},
                                           {"no", "false"},
                                           {"0", "false"}})
            if (word == flag)
                return source;
    return is_number(word) ? word : toml_string(word);
}

std::string to_source(const Scalar& value) {
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const auto* list = std::get_if<std::vector<std::string>>(&value))
        return list_source(*list);
    return toml_string(std::get<std::string>(value));
}

} // namespace rdvc::config
