#include "project/guarded_git.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;

base::Result GuardedRunner::run(const base::Command& command) {
    if (command.argv.empty() || command.argv.front() != "git")
        return inner_.run(command);
    auto guarded = command;
    guarded.argv.insert(guarded.argv.begin() + 1,
                        {"-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false"});
    return inner_.run(guarded);
}

namespace {

// Like git's is_git_directory(), but true in a few more cases.
bool looks_like_a_repository(const fs::path& folder) {
    std::error_code ignored;
    const auto has = [&](const char* name) {
        return fs::exists(fs::symlink_status(folder / name, ignored));
    };
    return has("HEAD") && (has("commondir") || (has("objects") && has("refs")));
}

} // namespace

fs::path embedded_repository(const fs::path& folder) {
    for (fs::path at = folder;; at = at.parent_path()) {
        std::error_code ignored;
        if (fs::exists(fs::symlink_status(at / ".git", ignored)))
            return {};
        if (looks_like_a_repository(at))
            return at;
        if (at == at.parent_path())
            return {};
    }
}

} // namespace rdvc::project
