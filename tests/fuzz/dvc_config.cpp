// Files of DVC's configuration.

#include "data/cache.hpp"
#include "project/dvc.hpp"
#include "project/dvc_remote.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(dvc_config) {
    const auto text = fuzz::text_of(data, size);
    const auto project = fuzz::scratch() / "dvc-config";
    fuzz::put("dvc-config/.dvc/config", text);
    fuzz::put("dvc-config/.dvc/config.local", text);
    project::read_config(project / ".dvc" / "config");
    project::has_dvc_remote(project);
    fuzz::check(!project::has_only_local_dvc_remote(project), "both name it, or none");
    project::local_settings(project);
    project::uses_hydra(project);
    project::is_dvc_file(text);
    const auto settings = project::parse_config(std::string(text));
    project::is_path(project::default_remote_url(settings).value_or(""));
    project::settings_that_run(settings);
    data::cache_dir(project, [](const std::string& name) {
        return name == "HOME" ? std::optional<std::string>("/home/alice") : std::nullopt;
    });
    return 0;
}
