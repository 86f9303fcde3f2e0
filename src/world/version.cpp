#include "world/world.hpp"

#include <fmt/core.h>

// Generated at each build, and changed by each commit: nothing else includes it.
#include "commit.inc"

namespace rdvc::world {

std::string version() {
    return RDVC_VERSION;
}

std::string version_and_commit() {
    const std::string commit = RDVC_COMMIT;
    return commit.empty() ? version() : fmt::format("{} ({})", version(), commit);
}

} // namespace rdvc::world
