#include "remote/identity.hpp"

#include <algorithm>

#include "submission/mirror.hpp"

namespace rdvc::remote {

std::optional<std::string> earlier_mirror(world::World& world, const Project& project) {
    const auto records = open_ledger(world).read();
    const auto has_any = [&](const std::string& mirror) {
        return std::any_of(records.begin(), records.end(),
                           [&](const auto& record) { return record.mirror == mirror; });
    };
    if (records.empty() || has_any(project.mirror))
        return std::nullopt;
    const auto& repository = project.repository;
    std::vector<std::string> candidates;
    if (!project.origin_url.empty())
        candidates.push_back(
            submission::mirror_name(project.repo_name, "", project.origin_url, ""));
    if (project::has_ref(world.runner, repository, "HEAD")) {
        const auto root = project::root_commit(world.runner, repository);
        for (const auto& name : {project.repo_name, repository.top.filename().string()})
            candidates.push_back(submission::mirror_name(name, "", "", root));
    }
    const auto found = std::find_if(candidates.begin(), candidates.end(), has_any);
    return found == candidates.end() ? std::nullopt : std::optional(*found);
}

std::size_t submissions_to(const world::World& world, const std::string& mirror) {
    const auto records = open_ledger(world).read();
    return static_cast<std::size_t>(
        std::count_if(records.begin(), records.end(),
                      [&](const auto& record) { return record.mirror == mirror; }));
}

} // namespace rdvc::remote
