#include "project/dvc.hpp"

#include <algorithm>
#include <utility>

#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;

std::optional<fs::path> find_dvc_project(const fs::path& folder, const fs::path& top) {
    for (fs::path at = folder;; at = at.parent_path()) {
        if (fs::is_directory(at / ".dvc"))
            return at;
        if (at == top || at == at.parent_path())
            return std::nullopt;
    }
}

namespace {

// "['remote "storage"']" -> "remote.storage"
std::string section_name(const std::string& line) {
    std::string name;
    for (const char c : base::trim(line.substr(1, line.find(']') - 1)))
        if (c == ' ')
            name += '.';
        else if (c != '\'' && c != '"')
            name += c;
    return name;
}

} // namespace

std::string unquoted_value(const std::string& written) {
    if (written.starts_with("\"") || written.starts_with("'"))
        if (const auto end = written.find(written[0], 1); end != std::string::npos)
            return written.substr(1, end - 1);
    return base::trim(written.substr(0, written.find('#')));
}

std::vector<std::pair<std::string, std::string>> read_config(const fs::path& config) {
    return parse_config(base::read_file(config).value_or(""));
}

std::vector<std::pair<std::string, std::string>> parse_config(const std::string& content) {
    std::string section;
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& line : base::lines(content)) {
        const auto text = base::trim(line);
        const auto equals = text.find('=');
        if (text.starts_with("["))
            section = section_name(text);
        else if (!text.starts_with("#") && equals != std::string::npos)
            entries.emplace_back(section + "." + base::trim(text.substr(0, equals)),
                                 base::trim(text.substr(equals + 1)));
    }
    return entries;
}

namespace {

bool names_remote(const fs::path& config) {
    const auto entries = read_config(config);
    return std::any_of(entries.begin(), entries.end(),
                       [](const auto& entry) { return entry.first == "core.remote"; });
}

} // namespace

bool has_dvc_remote(const fs::path& dvc_project) {
    return names_remote(dvc_project / ".dvc" / "config") || has_only_local_dvc_remote(dvc_project);
}

bool has_only_local_dvc_remote(const fs::path& dvc_project) {
    return names_remote(dvc_project / ".dvc" / "config.local") &&
           !names_remote(dvc_project / ".dvc" / "config");
}

std::vector<std::string> local_settings(const fs::path& dvc_project) {
    std::vector<std::string> names;
    for (const auto& [name, value] : read_config(dvc_project / ".dvc" / "config.local"))
        if (name != "core.analytics" && name != "core.check_update" && name != "exp.auto_push")
            names.push_back(name); // the job sets these itself
    return names;
}

bool uses_hydra(const fs::path& dvc_project) {
    for (const auto* file : {"config.local", "config"})
        for (const auto& [name, value] : read_config(dvc_project / ".dvc" / file))
            if (name == "hydra.enabled")
                return value == "true" || value == "True" || value == "1";
    return false;
}

std::vector<std::pair<std::string, std::string>> initial_dvc_files() {
    return {{".dvc/.gitignore", "/config.local\n/tmp\n/cache\n"},
            {".dvc/config", ""},
            {".dvcignore", "# Patterns of files that DVC leaves alone, as in .gitignore.\n"}};
}

bool is_dvc_file(std::string_view path) {
    if (!path.ends_with(".dvc") && !path.ends_with("dvc.yaml") && !path.ends_with("dvc.lock"))
        return false;                                   // like most of tens of thousands
    const auto name = path.substr(path.rfind('/') + 1); // npos + 1 is 0
    return name == "dvc.yaml" || name == "dvc.lock" || (name.size() > 4 && name.ends_with(".dvc"));
}

std::string default_setup(const fs::path& dvc_project) {
    for (const auto* file : {"./init_python_venv.sh", "./init_env.sh"})
        if (fs::exists(dvc_project / file))
            return file;
    return "";
}

} // namespace rdvc::project
