#include "project/guarded_git.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;

namespace {

base::Command guarded(base::Command command) {
    if (!command.argv.empty() && command.argv.front() == "git")
        command.argv.insert(command.argv.begin() + 1,
                            {"-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false"});
    return command;
}

} // namespace

base::Result GuardedRunner::run(const base::Command& command) {
    return inner_.run(guarded(command));
}

void GuardedRunner::start_ahead(const base::Command& command) {
    inner_.start_ahead(guarded(command));
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
