// A value set in a configuration file: the file then has it, and everything else is unchanged.

#include <algorithm>

#include "config/edit.hpp"
#include "config/toml.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

using Path = std::vector<std::string>;

void set(std::string_view text, const Path& path, const std::string& value) {
    const auto result = config::set_value(text, path, config::toml_string(value), "config.toml");
    auto after = config::parse_toml(result, "config.toml");
    auto before = config::parse_toml(text, "config.toml");
    const auto is_it = [&](const config::Entry& entry) { return entry.path == path; };
    const auto it = std::find_if(after.begin(), after.end(), is_it);
    fuzz::check(it != after.end() && it->value == config::Scalar(value), "the value is there");
    for (const auto& entry : before)
        fuzz::check(is_it(entry) || std::find(after.begin(), after.end(), entry) != after.end(),
                    "all else is as it was");
}

} // namespace

RDVC_FUZZ_TARGET(config_edit) {
    const auto parts = fuzz::sections(fuzz::text_of(data, size));
    if (parts.empty())
        return 0;
    const auto& text = parts.front().second;
    auto value = parts.size() > 1 ? parts[1].second : std::string("a \"b\" \\ c");
    if (!base::is_utf8(value))
        value = "x";
    std::erase(value, '\0');
    for (const auto& path : {Path{"cluster", "host"}, Path{"clusters", "a b", "dir"}})
        fuzz::only_errors([&] { set(text, path, value); });
    return 0;
}
