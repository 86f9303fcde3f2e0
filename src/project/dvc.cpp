#include "project/dvc.hpp"

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

bool names_remote(const fs::path& config) {
    std::string section;
    for (const auto& line : base::lines(base::read_file(config).value_or(""))) {
        const auto text = base::trim(line);
        if (text.starts_with("["))
            section = text;
        else if (section == "[core]" && text.starts_with("remote") &&
                 base::trim(text.substr(6)).starts_with("="))
            return true;
    }
    return false;
}

} // namespace

bool has_dvc_remote(const fs::path& dvc_project) {
    return names_remote(dvc_project / ".dvc" / "config") || has_only_local_dvc_remote(dvc_project);
}

bool has_only_local_dvc_remote(const fs::path& dvc_project) {
    return names_remote(dvc_project / ".dvc" / "config.local") &&
           !names_remote(dvc_project / ".dvc" / "config");
}

std::string default_setup(const fs::path& dvc_project) {
    for (const auto* file : {"./init_python_venv.sh", "./init_env.sh"})
        if (fs::exists(dvc_project / file))
            return file;
    return "";
}

} // namespace rdvc::project
