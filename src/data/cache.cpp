#include "data/cache.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/md5.hpp"
#include "base/text.hpp"
#include "project/dvc.hpp"

namespace rdvc::data {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view current_layout = "files/md5/";

bool is_hash(std::string_view text) {
    if (text.ends_with(".dir"))
        text.remove_suffix(4);
    return base::is_md5(text);
}

// False for an entry of a listing that DVC would not write.
bool add_entry(const nlohmann::json& entry, Listing& listing) {
    if (!entry.contains("md5") || !entry["md5"].is_string() || !entry.contains("relpath") ||
        !entry["relpath"].is_string())
        return false;
    const auto& path = entry["relpath"].get_ref<const std::string&>();
    const auto& hash = entry["md5"].get_ref<const std::string&>();
    const auto parts = base::split(path, '/');
    if (!base::is_md5(hash) || path.find('\0') != std::string::npos ||
        std::any_of(parts.begin(), parts.end(), [](const std::string& part) {
            return part.empty() || part == "." || part == "..";
        }))
        return false;
    listing[path] = hash;
    return true;
}

// `dir` of `[cache]` in a file of DVC's configuration; a relative one is relative to that file.
std::optional<fs::path> cache_dir_in(const fs::path& file, const fs::path& home) {
    std::optional<fs::path> found;
    for (const auto& [name, text] : project::read_config(file)) {
        if (base::lower(name) != "cache.dir")
            continue;
        const auto value = project::unquoted_value(text);
        found = value == "~" || value.starts_with("~/")
                    ? home / value.substr(std::min<std::size_t>(2, value.size()))
                    : file.parent_path() / value;
    }
    return found;
}

} // namespace

std::array<fs::path, 2> config_folders(base::Platform platform, const Variables& variables) {
    const auto named = [&](const char* name) { return variables(name).value_or(""); };
    const auto or_else = [](const std::string& text, const fs::path& otherwise) {
        return text.empty() ? otherwise : fs::path(text);
    };
    const fs::path home = named("HOME");
    fs::path systems = "/Library/Application Support/dvc";
    fs::path users = home / "Library" / "Application Support" / "dvc";
    if (platform != base::Platform::macos) {
        const auto first = base::split(named("XDG_CONFIG_DIRS") + ":", ':').front();
        systems = or_else(first, "/etc/xdg") / "dvc";
        users = or_else(named("XDG_CONFIG_HOME"), home / ".config") / "dvc";
    }
    return {or_else(named("DVC_SYSTEM_CONFIG_DIR"), systems),
            or_else(named("DVC_GLOBAL_CONFIG_DIR"), users)};
}

fs::path cache_dir(const fs::path& dvc_project, const Variables& variables) {
    const fs::path home = variables("HOME").value_or("");
    const auto [systems, users] = config_folders(base::this_platform, variables);
    fs::path found = dvc_project / ".dvc" / "cache";
    for (const auto& file : {systems / "config", users / "config", dvc_project / ".dvc" / "config",
                             dvc_project / ".dvc" / "config.local"})
        if (auto named = cache_dir_in(file, home))
            found = *named;
    return found.lexically_normal();
}

std::string object_name(const std::string& hash, bool legacy) {
    const auto at = std::min<std::size_t>(2, hash.size());
    return fmt::format("{}{}/{}", legacy ? "" : current_layout, hash.substr(0, at),
                       hash.substr(at));
}

std::optional<ObjectName> parse_object_name(std::string_view name) {
    ObjectName parsed{.hash = {}, .legacy = true};
    if (name.starts_with(current_layout)) {
        parsed.legacy = false;
        name.remove_prefix(current_layout.size());
    }
    if (name.size() < 3 || name[2] != '/')
        return std::nullopt;
    parsed.hash = std::string(name.substr(0, 2)) + std::string(name.substr(3));
    return is_hash(parsed.hash) ? std::optional(parsed) : std::nullopt;
}

// Each entry is dropped when it has been read, because a folder may have very many.
std::optional<Listing> parse_listing(const std::string& text) {
    Listing listing;
    const auto take_entry = [&listing](int depth, nlohmann::json::parse_event_t event,
                                       const nlohmann::json& entry) {
        return depth != 1 || event != nlohmann::json::parse_event_t::object_end ||
               !add_entry(entry, listing);
    };
    const auto rest = nlohmann::json::parse(text, take_entry, false);
    return rest.is_array() && rest.empty() ? std::optional(std::move(listing)) : std::nullopt;
}

std::optional<std::vector<std::string>> parse_not_in_remote(const std::string& text) {
    const auto answer = nlohmann::json::parse(text, nullptr, false);
    if (!answer.is_object())
        return std::nullopt;
    std::vector<std::string> paths;
    if (const auto found = answer.find("not_in_remote"); found != answer.end())
        for (const auto& path : *found)
            if (path.is_string())
                paths.push_back(path.get<std::string>());
    return paths;
}

// As Python's json.dumps: blanks after separators, everything but ASCII escaped, sorted by path.
std::string render_listing(const Listing& listing) {
    std::string text;
    for (const auto& [path, hash] : listing)
        text += fmt::format(
            "{}{{\"md5\": \"{}\", \"relpath\": {}}}", text.empty() ? "" : ", ", hash,
            nlohmann::json(path).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
    return "[" + text + "]";
}

std::string hash_in(const Listing& listing, const std::string& path) {
    if (const auto file = listing.find(path); file != listing.end())
        return file->second;
    Listing below;
    for (const auto& [name, hash] : listing)
        if (name.starts_with(path + "/"))
            below[name.substr(path.size() + 1)] = hash;
    return below.empty() ? "" : base::md5(render_listing(below)) + ".dir";
}

std::vector<std::string> same_but_for_case(const std::vector<std::string>& paths) {
    std::map<std::string, std::set<std::string>> groups;
    for (const auto& path : paths)
        groups[base::lower(path)].insert(path);
    std::vector<std::string> same;
    for (const auto& [lower, group] : groups)
        if (group.size() > 1)
            same.insert(same.end(), group.begin(), group.end());
    return same;
}

bool has_content(const fs::path& path, const ObjectName& name) {
    const auto hash = name.hash.substr(0, base::md5_digits);
    return base::md5_of_file(path) == hash ||
           (name.legacy && base::md5_of_file_dos2unix(path) == hash);
}

} // namespace rdvc::data
